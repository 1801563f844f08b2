using VideoGrain.Diffusion.Configuration;
using VideoGrain.Diffusion.UNet;
using VideoGrain.Tensors;

namespace VideoGrain.Diffusion.Layers;

/// <summary>Transformer blocks on the pixels of feature maps, between two projections. The norm at its entry sees one frame at a time.</summary>
internal sealed class SpatialTransformer
{
    private const float NormEpsilon = 1e-6f;

    private readonly string _name;
    private readonly NormWeight _norm;
    private readonly LinearWeight _in, _out;
    private readonly TransformerBlock[] _blocks;
    private readonly int _groups, _channels;

    /// <summary>Takes the weights of one transformer.</summary>
    /// <param name="source">Standing at the transformer.</param>
    /// <param name="stack">Configuration of the network.</param>
    /// <param name="site">Where it sits: third, block, layer and level.</param>
    /// <param name="register">Told of every block, gives its index among all cross-attentions.</param>
    public SpatialTransformer(WeightSource source, BlockStackConfig stack, AttentionSite site, Func<TransformerBlock, int> register)
    {
        _name = source.Prefix;
        _groups = stack.Groups;
        _channels = stack.Widths[site.Level];
        _norm = source.Norm("norm", _channels);
        _in = source.Linear("proj_in", _channels, _channels);
        _out = source.Linear("proj_out", _channels, _channels);
        ProjectionName = source.Full("proj_in");
        _blocks = new TransformerBlock[stack.TransformerDepth[site.Level]];
        for (var i = 0; i < _blocks.Length; i++)
        {
            _blocks[i] = new TransformerBlock(source.At($"transformer_blocks.{i}"), _channels, stack.TextWidth, site with { Heads = stack.Heads[site.Level] });
            _blocks[i].TextIndex = register(_blocks[i]);
        }
    }

    private string ProjectionName { get; }

    public Tensor Forward(Pass pass, Tensor x)
    {
        var engine = pass.Engine;
        using var scope = engine.BeginScope();
        int height = x[1], width = x[2];
        var sequences = pass.AttendsAcrossFrames ? pass.Branches : pass.Branches * pass.Frames;

        var normed = engine.GroupNorm(x, _norm, _groups, NormEpsilon, imagesPerStatistic: 1);
        var tokens = pass.Observe(ProjectionName, engine.Linear(normed.Reshape(sequences, checked((int)(x.ElementCount / sequences / _channels)), _channels), _in));
        normed.Dispose();
        foreach (var block in _blocks) tokens = block.Forward(pass, tokens, height, width);

        var result = engine.Linear(tokens.Reshape(x.Shape), _out, Activation.None, x);
        return pass.Observe(_name, scope.Keep(result));
    }
}
