using VideoGrain.Diffusion;
using VideoGrain.Diffusion.UNet;
using VideoGrain.Editing.Attention;
using VideoGrain.Editing.Layouts;
using VideoGrain.Editing.Random;
using VideoGrain.Tensors;

namespace VideoGrain.Editing;

/// <summary>State of one edit: what is computed once, and how a step is made.</summary>
internal sealed class EditRun : IDisposable
{
    private readonly StableDiffusion _model;
    private readonly EditRequest _request;
    private readonly EditOptions _options;
    private readonly IEngineScope _scope;
    private readonly PromptLayout _layout;
    private readonly byte[] _blendMask;
    private readonly TextPair _text;
    private readonly TextPair? _sourceText;
    private readonly FreeU? _freeU;
    private readonly ClipPredictor _predictor;

    public EditRun(StableDiffusion model, EditRequest request)
    {
        EditException.ThrowIfAny(Validate(model, request, out var layout));
        (_model, _request, _options, _layout) = (model, request, request.Options, layout!);
        Timeline = new EditTimeline(model.Schedule, _options);
        if (request.Resume is { } resume) ClipChecks.Checkpoint(resume, request.Inverted, Timeline.Denoising.Count);
        _scope = model.Engine.BeginScope();
        try
        {
            _blendMask = request.BlendMask?.Resample(request.Inverted.Height, request.Inverted.Width).Values.ToArray()
                ?? RegionMasks.Union(_layout.Masks);
            _freeU = _options.FreeU is null ? null : new FreeU(_options.FreeU, model.UNet.Widths);
            _text = EditText();
            _sourceText = _options.UsePnp && _options.InjectStep > 0 ? SourceText() : null;
            var flow = ClipChecks.Fitted(request.Flow, model);
            _predictor = new ClipPredictor(model, _options, request.Control, (frames, control) =>
                new ClipWindow(frames, _options) { Layout = _layout, Flow = flow, FlowTables = request.FlowTables, Control = control });
            Start = request.Resume?.Latents
                ?? (Timeline.StartInversionSteps == Timeline.Inversion.Count ? request.Inverted : InversionLatents(Timeline.StartInversionSteps));
        }
        catch
        {
            _scope.Dispose();
            throw;
        }
    }

    /// <summary>The steps.</summary>
    public EditTimeline Timeline { get; }

    /// <summary>Latents that the run starts or goes on from.</summary>
    public LatentClip Start { get; }

    /// <summary>One denoising step; <paramref name="clean"/> is the clean clip as predicted on the way.</summary>
    public LatentClip Step(LatentClip latents, int step, CancellationToken cancellation, out LatentClip clean)
    {
        var timestep = Timeline.Denoising[step];
        LatentClip result;
        try
        {
            var noise = _predictor.Predict(latents, step, timestep, _text, window => Hooks(window, step), cancellation);
            clean = LatentMath.Move(latents, noise, _model.Schedule.CleanCoefficients(timestep));
            result = LatentMath.Move(latents, noise, Timeline.DenoisingStep(timestep));
        }
        catch (NonFiniteException failure)
        {
            throw new NonFiniteLatentsException("denoising", step, timestep, failure.Layer);
        }

        if (_options.BlendBackground && _blendMask.Contains((byte)0)) Blend(result, step, timestep);
        return result;
    }

    /// <inheritdoc/>
    public void Dispose() => _scope.Dispose();

    /// <summary>Everything that is wrong with a request, and the layout when nothing is.</summary>
    public static IReadOnlyList<OptionViolation> Validate(StableDiffusion model, EditRequest request, out PromptLayout? layout)
    {
        layout = null;
        var options = request.Options;
        var violations = new List<OptionViolation>(options.Validate());
        if (violations.Count > 0) return violations;
        var latents = request.Inverted;
        if (latents.Channels != model.UNet.LatentChannels)
            violations.Add(new("inverted", $"must have {model.UNet.LatentChannels} channels, got {latents.Channels}", EditReasons.LatentMismatch));
        if (!latents.IsFinite) violations.Add(new("inverted", "hold a value that is not finite", EditReasons.NonFiniteLatents));
        if (!request.Source.SameShape(latents))
            violations.Add(new("source", $"must be {latents}, got {request.Source}", EditReasons.LatentMismatch));
        if (request.BlendMask is { } mask)
        {
            if (mask.Frames != latents.Frames)
                violations.Add(new("blend_mask", $"has {mask.Frames} frames, the clip has {latents.Frames}", EditReasons.MaskSizeMismatch));
            if (mask.Resample(latents.Height, latents.Width).IsEmpty)
                violations.Add(new("blend_mask", "covers no latent pixel, so the edit would return its input", EditReasons.NothingChanged));
        }

        if (request.PreviewInterval < 0) violations.Add(new("preview_interval", "must not be negative"));
        var (height, width) = (latents.Height * model.Vae.Downscale, latents.Width * model.Vae.Downscale);
        ClipChecks.Clip(violations, model, latents.Frames, height, width);
        ClipChecks.Guides(violations, model, options, request.Control, request.Flow, request.FlowTables is not null, latents.Frames, height, width);
        if (request.Trajectory is null && new EditTimeline(model.Schedule, options).NeededInversionLatents is { Count: > 0 } needed)
        {
            violations.Add(new(
                "trajectory", $"the options need the latents after inversion steps {string.Join(", ", needed)}", EditReasons.TrajectoryRequired));
        }

        PromptLayout.Tokenize(model, options.NegativePrompt, "negative_prompt", violations);
        PromptLayout.Tokenize(model, options.SourcePrompt, "source_prompt", violations);
        try
        {
            layout = PromptLayout.Create(model, request.Prompt, request.Regions, latents.Frames, latents.Height, latents.Width, options);
        }
        catch (EditException failure)
        {
            violations.AddRange(failure.Violations);
        }

        return violations;
    }

    private UNetHooks Hooks(ClipWindow window, int step)
    {
        SourceFeatures? features = null;
        if (_sourceText is not null && step < _options.InjectStep)
        {
            features = new SourceFeatures();
            var (inversionSteps, timestep) = Timeline.SourceOf(step);
            _predictor.Observe(
                InversionLatents(inversionSteps), timestep, _sourceText, window, new CaptureHooks(_options, window, _freeU, features));
        }

        return new EditHooks(_options, window, _freeU, Timeline.Strength(step), features);
    }

    private LatentClip InversionLatents(int steps)
    {
        var latents = steps == Timeline.Inversion.Count ? _request.Inverted : _request.Trajectory!(steps);
        if (!latents.SameShape(_request.Inverted))
            throw new EditException(EditReasons.LatentMismatch, $"trajectory[{steps}]", $"must be {_request.Inverted}, got {latents}");
        return latents;
    }

    private void Blend(LatentClip latents, int step, int timestep)
    {
        var level = _options.BlendAtReachedTimestep ? Timeline.Reached(timestep) : timestep;
        if (level < 0)
        {
            LatentMath.Blend(latents, _blendMask, _request.Source, _request.Source, new(1, 0));
            return;
        }

        var noise = _request.BlendingNoise?.Invoke(step) ?? Draw(latents, step);
        if (!noise.SameShape(latents))
            throw new EditException(EditReasons.LatentMismatch, $"blending_noise[{step}]", $"must be {latents}, got {noise}");
        LatentMath.Blend(latents, _blendMask, _request.Source, noise, _model.Schedule.NoiseCoefficients(level));
    }

    private LatentClip Draw(LatentClip like, int step)
    {
        var values = new float[like.Values.Length];
        new CounterRandom(_options.Seed, NoisePurpose.Blending, (uint)step).Normal(values);
        return like.With(values);
    }

    // Guidance 1 leaves the conditional prediction alone, so the other branch is not computed.
    private TextPair EditText()
    {
        var pasted = _layout.EmbedWithPhrases(_model);
        var plain = PromptLayout.Embed(_model, _layout.Prompt);
        if (_options.GuidanceScale == 1) return TextPair.Prepare(_model, _options, Upload(pasted), Upload(plain));
        var negative = PromptLayout.Embed(_model, _model.Tokenizer.Encode(_options.NegativePrompt));
        var unconditional = _options.NegativePromptInUNet ? negative : PromptLayout.Embed(_model, _model.Tokenizer.Encode(""));
        return TextPair.Prepare(_model, _options, Upload(unconditional, pasted), Upload(negative, plain));
    }

    private TextPair SourceText()
    {
        var empty = PromptLayout.Embed(_model, _model.Tokenizer.Encode(""));
        var source = PromptLayout.Embed(_model, _model.Tokenizer.Encode(_options.SourcePrompt));
        var text = _text.Branches == 1 ? Upload(source) : Upload(empty, source);
        return TextPair.Prepare(_model, _options, text, text);
    }

    private Tensor Upload(params ReadOnlySpan<float[]> branches)
    {
        var width = branches[0].Length / _model.Tokenizer.MaxLength;
        var values = new float[branches.Length * branches[0].Length];
        for (var i = 0; i < branches.Length; i++) branches[i].CopyTo(values, i * branches[0].Length);
        return _model.Engine.Upload(values, branches.Length, _model.Tokenizer.MaxLength, width);
    }
}
