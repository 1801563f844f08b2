using VideoGrain.Diffusion.UNet;
using VideoGrain.Tensors;

namespace VideoGrain.Diffusion.Layers;

/// <summary>Two normalised 3x3 convolutions with a shortcut around them, the first shifted by the timestep embedding.</summary>
internal sealed class ResnetBlock
{
    private readonly NormWeight _norm1, _norm2;
    private readonly ConvWeight _conv1, _conv2;
    private readonly LinearWeight? _time, _shortcut;
    private readonly int _groups;
    private readonly float _epsilon;
    private readonly ResnetSite _site;

    /// <summary>Takes the weights of one resnet.</summary>
    /// <param name="source">Standing at the resnet.</param>
    /// <param name="inputs">Input channels.</param>
    /// <param name="outputs">Output channels.</param>
    /// <param name="timeWidth">Width of the timestep embedding; null for none (VAE).</param>
    /// <param name="groups">Groups of the norms.</param>
    /// <param name="epsilon">Epsilon of the norms.</param>
    /// <param name="site">Where it sits; branches and frames are filled in by each pass.</param>
    public ResnetBlock(WeightSource source, int inputs, int outputs, int? timeWidth, int groups, float epsilon, ResnetSite site = default)
    {
        _norm1 = source.Norm("norm1", inputs);
        _conv1 = source.Conv("conv1", inputs, outputs);
        _norm2 = source.Norm("norm2", outputs);
        _conv2 = source.Conv("conv2", outputs, outputs);
        _time = timeWidth is { } width ? source.Linear("time_emb_proj", width, outputs) : null;
        _shortcut = inputs == outputs ? null : source.Linear("conv_shortcut", inputs, outputs);
        _groups = groups;
        _epsilon = epsilon;
        _site = site with { Name = source.Prefix };
    }

    public ResnetSite Site => _site;

    public Tensor Forward(Pass pass, Tensor x)
    {
        var engine = pass.Engine;
        using var scope = engine.BeginScope();
        var shift = _time is null ? null : engine.Linear(pass.Time!, _time);

        var normed = engine.GroupNorm(x, _norm1, _groups, _epsilon, pass.Frames, Activation.Silu);
        var hidden = engine.Conv2d(normed, _conv1, shift);
        normed.Dispose();
        normed = engine.GroupNorm(hidden, _norm2, _groups, _epsilon, pass.Frames, Activation.Silu);
        hidden.Dispose();

        var shortcut = _shortcut is null ? x : engine.Linear(x, _shortcut);
        var site = _site with { Branches = pass.Branches, Frames = pass.Frames };
        Tensor result;
        if (pass.Hooks.ReplacesResnet(site))
        {
            hidden = pass.Hooks.ResnetHidden(engine, site, engine.Conv2d(normed, _conv2));
            result = engine.Combine(hidden, 1, shortcut, 1);
        }
        else
        {
            result = engine.Conv2d(normed, _conv2, shift: null, residual: shortcut);
        }

        return pass.Observe(_site.Name, scope.Keep(result));
    }
}
