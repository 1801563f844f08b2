using VideoGrain.Diffusion.Layers;
using VideoGrain.Diffusion.UNet;
using VideoGrain.Tensors;

namespace VideoGrain.Diffusion.Control;

/// <summary>
/// A ControlNet: the UNet's encoder once more, fed with latents and a control image, whose features are added to the UNet's.
/// As published, self-attention sees one frame at a time while the resnets' group norms share their statistics over the clip.
/// </summary>
public sealed class ControlNet
{
    private readonly IEngine _engine;
    private readonly ControlNetWeights _weights;

    internal ControlNet(IEngine engine, ControlNetWeights weights)
    {
        _engine = engine;
        _weights = weights;
    }

    /// <summary>Pixels of a control image per latent pixel, along each side.</summary>
    public int Downscale => _weights.Condition.Downscale;

    /// <summary>Computes the keys and values of prompts for every cross-attention, in the current scope.</summary>
    /// <param name="text">[branches, tokens, width].</param>
    public TextConditioning Prepare(Tensor text) => _weights.TextKeys.Prepare(_engine, text);

    /// <summary>Embeds a clip's control images, in the current scope; once for all steps.</summary>
    /// <param name="images">[frames, h, w, 3], RGB in [0, 1], at image resolution.</param>
    public ControlCondition Condition(Tensor images) => new(_weights, _weights.Condition.Forward(_engine, images));

    /// <summary>Computes what the UNet shall add.</summary>
    /// <param name="latents">[branches * frames, h, w, channels], branch-major.</param>
    /// <param name="branches">Guidance branches; all see the same control images.</param>
    /// <param name="frames">Frames of the clip.</param>
    /// <param name="timestep">Training timestep.</param>
    /// <param name="text">The branches' prompts, from <see cref="Prepare"/>.</param>
    /// <param name="condition">Control images of the clip, from <see cref="Condition"/>.</param>
    /// <param name="scale">Conditioning scale, 1 as published.</param>
    /// <param name="hooks">Observers; their attention and feature changes apply to the UNet only. Null for none.</param>
    /// <exception cref="ArgumentException">Shapes contradict each other or the model.</exception>
    public ControlResiduals Forward(
        Tensor latents, int branches, int frames, int timestep, TextConditioning text, ControlCondition condition, float scale = 1, UNetHooks? hooks = null)
    {
        var stack = _weights.Config.Stack;
        LatentShape.Check(latents, branches, frames, stack);
        _weights.TextKeys.Check(text, branches);
        CheckCondition(condition, latents, frames);

        using var scope = _engine.BeginScope();
        var pass = new Pass
        {
            Engine = _engine,
            Branches = branches,
            Frames = frames,
            Hooks = hooks is null ? UNetHooks.Plain : new ObserveOnlyHooks(hooks, "controlnet."),
            AttendsAcrossFrames = false,
            Time = _engine.Activate(_weights.Time.Embed(_engine, timestep), Activation.Silu),
            Text = text,
        };

        using var input = _engine.Conv2d(latents, _weights.Input);
        var x = pass.Observe(VideoUNet.InputName, _engine.Combine(input, 1, condition.Embedding, 1));
        var skips = new List<Tensor> { x };
        foreach (var block in _weights.Down) x = block.Forward(pass, x, skips);
        x = _weights.Middle.Forward(pass, x);

        var middle = scope.Keep(_engine.Linear(x, _weights.MiddleOutput));
        x.Dispose();
        var down = new Tensor[skips.Count];
        for (var i = 0; i < down.Length; i++)
        {
            down[i] = scope.Keep(_engine.Linear(skips[i], _weights.Outputs[i]));
            skips[i].Dispose();
        }

        return new ControlResiduals(down, middle, scale);
    }

    private void CheckCondition(ControlCondition condition, Tensor latents, int frames)
    {
        ArgumentNullException.ThrowIfNull(condition);
        if (condition.Owner != _weights) throw new ArgumentException("was made by another ControlNet", nameof(condition));
        var embedding = condition.Embedding;
        if (embedding[0] != frames || embedding[1] != latents[1] || embedding[2] != latents[2])
        {
            throw new ArgumentException(
                $"is for [{embedding[0]}, {embedding[1]}, {embedding[2]}] latents, the batch has [{frames}, {latents[1]}, {latents[2]}]", nameof(condition));
        }
    }
}
