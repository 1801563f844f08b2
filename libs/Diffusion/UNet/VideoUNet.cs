using VideoGrain.Diffusion.Control;
using VideoGrain.Diffusion.Layers;
using VideoGrain.Tensors;

namespace VideoGrain.Diffusion.UNet;

/// <summary>
/// A Stable Diffusion 1.x UNet inflated to clips (paper section 3.1): its 2-D weights act on every frame, self-attention spans all frames of a
/// branch, and the group norms of resnets and output share their statistics over them.
/// </summary>
public sealed class VideoUNet
{
    /// <summary>Names under which <see cref="UNetHooks.Observe"/> sees the first and the last convolution.</summary>
    public const string InputName = "conv_in", OutputName = "conv_out";

    private readonly IEngine _engine;
    private readonly UNetWeights _weights;

    internal VideoUNet(IEngine engine, UNetWeights weights)
    {
        _engine = engine;
        _weights = weights;
    }

    /// <summary>Channels of latents and of predicted noise.</summary>
    public int LatentChannels => _weights.Config.Stack.InChannels;

    /// <summary>Channels of prompt embeddings.</summary>
    public int TextWidth => _weights.Config.Stack.TextWidth;

    /// <summary>Number of resolution levels; latent sizes must be multiples of 2^(levels - 1).</summary>
    public int Levels => _weights.Config.Stack.Levels;

    /// <summary>Channels of each resolution level, finest first.</summary>
    public IReadOnlyList<int> Widths => _weights.Config.Stack.Widths;

    /// <summary>Computes the keys and values of prompts for every cross-attention, in the current scope.</summary>
    /// <param name="text">[branches, tokens, <see cref="TextWidth"/>].</param>
    public TextConditioning Prepare(Tensor text) => _weights.TextKeys.Prepare(_engine, text);

    /// <summary>Predicts the noise in latents.</summary>
    /// <param name="latents">[branches * frames, h, w, channels], branch-major.</param>
    /// <param name="branches">Guidance branches.</param>
    /// <param name="frames">Frames of the clip.</param>
    /// <param name="timestep">Training timestep.</param>
    /// <param name="text">The branches' prompts, from <see cref="Prepare"/>.</param>
    /// <param name="control">What a ControlNet adds; null for nothing.</param>
    /// <param name="hooks">What an editing method changes; null for nothing.</param>
    /// <returns>[branches * frames, h, w, channels], in the current scope.</returns>
    /// <exception cref="ArgumentException">Shapes contradict each other or the model.</exception>
    public Tensor Forward(
        Tensor latents, int branches, int frames, int timestep, TextConditioning text, ControlResiduals? control = null, UNetHooks? hooks = null)
    {
        var stack = _weights.Config.Stack;
        LatentShape.Check(latents, branches, frames, stack);
        _weights.TextKeys.Check(text, branches);
        control?.Check(_weights.SkipCount);

        using var scope = _engine.BeginScope();
        hooks ??= UNetHooks.Plain;
        var embedding = _weights.Time.Embed(_engine, timestep);
        hooks.Observe(_engine, TimestepEmbedding.Name, embedding);
        var pass = new Pass
        {
            Engine = _engine,
            Branches = branches,
            Frames = frames,
            Hooks = hooks,
            Time = _engine.Activate(embedding, Activation.Silu),
            Text = text,
        };

        var x = pass.Observe(InputName, _engine.Conv2d(latents, _weights.Input));
        var skips = new List<Tensor> { x };
        foreach (var block in _weights.Down) x = block.Forward(pass, x, skips);

        x = _weights.Middle.Forward(pass, x);
        if (control is not null) x = Add(x, control.Middle, control.Scale);
        foreach (var block in _weights.Up) x = block.Forward(pass, x, TakeSkip);

        var normed = _engine.GroupNorm(x, _weights.OutputNorm, stack.Groups, stack.NormEpsilon, frames, Activation.Silu);
        x.Dispose();
        return pass.Observe(OutputName, scope.Keep(_engine.Conv2d(normed, _weights.Output)));

        Tensor TakeSkip()
        {
            var last = skips.Count - 1;
            var skip = skips[last];
            skips.RemoveAt(last);
            return control is null ? skip : Add(skip, control.Down[last], control.Scale);
        }
    }

    /// <summary>As the other overload, for a prompt used only once.</summary>
    /// <param name="latents">[branches * frames, h, w, channels], branch-major.</param>
    /// <param name="branches">Guidance branches.</param>
    /// <param name="frames">Frames of the clip.</param>
    /// <param name="timestep">Training timestep.</param>
    /// <param name="text">[branches, tokens, <see cref="TextWidth"/>].</param>
    /// <param name="control">What a ControlNet adds; null for nothing.</param>
    /// <param name="hooks">What an editing method changes; null for nothing.</param>
    public Tensor Forward(Tensor latents, int branches, int frames, int timestep, Tensor text, ControlResiduals? control = null, UNetHooks? hooks = null)
    {
        using var scope = _engine.BeginScope();
        return scope.Keep(Forward(latents, branches, frames, timestep, Prepare(text), control, hooks));
    }

    private Tensor Add(Tensor features, Tensor residual, float scale)
    {
        var sum = _engine.Combine(features, 1, residual, scale);
        features.Dispose();
        return sum;
    }
}
