using VideoGrain.Diffusion.Configuration;
using VideoGrain.Diffusion.UNet;
using VideoGrain.Tensors;

namespace VideoGrain.Diffusion.Layers;

/// <summary>
/// One level of a UNet's decoder: resnets on the running features and the encoder's, each followed by a transformer where the level has them,
/// then a doubling.
/// </summary>
internal sealed class UpBlock
{
    private readonly ResnetBlock[] _resnets;
    private readonly SpatialTransformer[] _transformers;
    private readonly ConvWeight? _upsampler;
    private readonly string _upsamplerName;

    /// <summary>Takes the weights of one decoder block.</summary>
    /// <param name="root">Standing at the root of the network.</param>
    /// <param name="config">Configuration of the network.</param>
    /// <param name="index">Which block, coarsest first.</param>
    /// <param name="skipWidths">Channels of the encoder's features; the block takes its own from the end.</param>
    /// <param name="register">Told of every transformer block.</param>
    public UpBlock(WeightSource root, UNetConfig config, int index, Stack<int> skipWidths, Func<TransformerBlock, int> register)
    {
        var stack = config.Stack;
        var source = root.At($"up_blocks.{index}");
        var level = stack.Levels - 1 - index;
        var width = stack.Widths[level];
        var inputs = stack.Widths[Math.Min(level + 1, stack.Levels - 1)];
        _resnets = new ResnetBlock[stack.LayersPerBlock + 1];
        _transformers = new SpatialTransformer[config.UpAttention[index] ? _resnets.Length : 0];
        for (var i = 0; i < _resnets.Length; i++)
        {
            _resnets[i] = new ResnetBlock(
                source.At($"resnets.{i}"), inputs + skipWidths.Pop(), width, stack.TimeWidth, stack.Groups, stack.NormEpsilon,
                NetworkSites.Resnet(UNetBlock.Up, index, i, level));
            if (i < _transformers.Length)
                _transformers[i] = new SpatialTransformer(source.At($"attentions.{i}"), stack, NetworkSites.Attention(UNetBlock.Up, index, i, level), register);
            inputs = width;
        }

        _upsamplerName = source.Full("upsamplers.0");
        if (level > 0) _upsampler = source.Conv("upsamplers.0.conv", width, width);
    }

    /// <summary>Runs the block. It takes its skips from <paramref name="takeSkip"/> and disposes of them and of <paramref name="x"/>.</summary>
    public Tensor Forward(Pass pass, Tensor x, Func<Tensor> takeSkip)
    {
        var engine = pass.Engine;
        for (var i = 0; i < _resnets.Length; i++)
        {
            var joined = Join(pass, _resnets[i].Site, x, takeSkip());
            x = _resnets[i].Forward(pass, joined);
            joined.Dispose();
            if (i >= _transformers.Length) continue;
            var attended = _transformers[i].Forward(pass, x);
            x.Dispose();
            x = attended;
        }

        if (_upsampler is null) return x;
        var doubled = engine.UpsampleNearest2x(x);
        x.Dispose();
        x = pass.Observe(_upsamplerName, engine.Conv2d(doubled, _upsampler));
        doubled.Dispose();
        return x;
    }

    private static Tensor Join(Pass pass, in ResnetSite site, Tensor backbone, Tensor skip)
    {
        Tensor joined;
        using (var scope = pass.Engine.BeginScope())
        {
            var inputs = pass.Hooks.UpBlockInput(pass.Engine, site with { Branches = pass.Branches, Frames = pass.Frames }, backbone, skip);
            joined = scope.Keep(pass.Engine.ConcatChannels(inputs.Backbone, inputs.Skip));
        }

        backbone.Dispose();
        skip.Dispose();
        return joined;
    }
}
