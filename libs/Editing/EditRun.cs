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
    private readonly EditSetup _setup;
    private readonly EditOptions _options;
    private readonly IEngineScope _scope;
    private readonly PromptLayout _layout;
    private readonly byte[] _blendMask;
    private readonly TextPair _text;
    private readonly TextPair? _sourceText;
    private readonly FreeU? _freeU;
    private readonly ClipPredictor _predictor;
    private EditLatents? _latents;

    public EditRun(StableDiffusion model, EditSetup setup)
    {
        EditException.ThrowIfAny(Validate(model, setup, out var layout));
        (_model, _setup, _options, _layout) = (model, setup, setup.Options, layout!);
        Timeline = new EditTimeline(model.Schedule, _options);
        _scope = model.Engine.BeginScope();
        try
        {
            _blendMask = setup.BlendMask?.Resample(setup.Height, setup.Width).Values.ToArray() ?? RegionMasks.Union(_layout.Masks);
            _freeU = _options.FreeU is null ? null : new FreeU(_options.FreeU, model.UNet.Widths);
            _text = EditText();
            _sourceText = _options.UsePnp && _options.InjectStep > 0 ? SourceText() : null;
            var flow = ClipChecks.Fitted(setup.Flow, model);
            _predictor = new ClipPredictor(model, _options, setup.Control, (frames, control) =>
                new ClipWindow(frames, _options) { Layout = _layout, Flow = flow, FlowTables = setup.FlowTables, Control = control });
            _predictor.Prepare(setup.Frames, setup.Height, setup.Width);
        }
        catch
        {
            _scope.Dispose();
            throw;
        }
    }

    /// <summary>The steps.</summary>
    public EditTimeline Timeline { get; }

    /// <summary>Takes the latents, and tells those that the run starts or goes on from.</summary>
    /// <exception cref="EditException">They do not fit the setup.</exception>
    public LatentClip Begin(EditLatents latents)
    {
        EditException.ThrowIfAny(Validate(_model, _setup, latents));
        if (latents.Resume is { } resume) ClipChecks.Checkpoint(resume, latents.Inverted, Timeline.Denoising.Count);
        _latents = latents;
        return latents.Resume?.Latents
            ?? (Timeline.StartInversionSteps == Timeline.Inversion.Count ? latents.Inverted : InversionLatents(Timeline.StartInversionSteps));
    }

    /// <summary>Takes the phrases' attention of one step.</summary>
    public PhraseRecorder NewRecorder() => new(_layout.Ranges, _setup.Frames, _setup.Height, _setup.Width);

    /// <summary>One denoising step; <paramref name="clean"/> is the clean clip as predicted on the way.</summary>
    public LatentClip Step(LatentClip latents, int step, PhraseRecorder? phrases, CancellationToken cancellation, out LatentClip clean)
    {
        var timestep = Timeline.Denoising[step];
        LatentClip result;
        try
        {
            var noise = _predictor.Predict(latents, step, timestep, _text, window => Hooks(window, step, phrases), cancellation);
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

    /// <summary>Everything that is wrong with a setup, and the layout when nothing is.</summary>
    public static IReadOnlyList<OptionViolation> Validate(StableDiffusion model, EditSetup setup, out PromptLayout? layout)
    {
        layout = null;
        var options = setup.Options;
        var violations = new List<OptionViolation>(options.Validate());
        if (violations.Count > 0) return violations;
        if (setup.BlendMask is { } mask)
        {
            if (mask.Frames != setup.Frames)
                violations.Add(new("blend_mask", $"has {mask.Frames} frames, the clip has {setup.Frames}", EditReasons.MaskSizeMismatch));
            if (mask.Resample(setup.Height, setup.Width).IsEmpty)
                violations.Add(new("blend_mask", "covers no latent pixel, so the edit would return its input", EditReasons.NothingChanged));
        }

        var (height, width) = (setup.Height * model.Vae.Downscale, setup.Width * model.Vae.Downscale);
        ClipChecks.Clip(violations, model, setup.Frames, height, width);
        ClipChecks.Guides(violations, model, options, setup.Control, setup.Flow, setup.FlowTables is not null, setup.Frames, height, width);
        PromptLayout.Tokenize(model, options.NegativePrompt, "negative_prompt", violations);
        PromptLayout.Tokenize(model, options.SourcePrompt, "source_prompt", violations);
        try
        {
            layout = PromptLayout.Create(model, setup.Prompt, setup.Regions, setup.Frames, setup.Height, setup.Width, options);
        }
        catch (EditException failure)
        {
            violations.AddRange(failure.Violations);
        }

        return violations;
    }

    /// <summary>Everything that is wrong with the latents for a sound setup.</summary>
    public static IReadOnlyList<OptionViolation> Validate(StableDiffusion model, EditSetup setup, EditLatents latents)
    {
        var violations = new List<OptionViolation>();
        var inverted = latents.Inverted;
        if ((inverted.Frames, inverted.Height, inverted.Width, inverted.Channels) != (setup.Frames, setup.Height, setup.Width, model.UNet.LatentChannels))
        {
            violations.Add(new(
                "inverted", $"must be {setup.Frames} x {setup.Height} x {setup.Width} x {model.UNet.LatentChannels}, got {inverted}", EditReasons.LatentMismatch));
        }

        if (!inverted.IsFinite) violations.Add(new("inverted", "hold a value that is not finite", EditReasons.NonFiniteLatents));
        if (!latents.Source.SameShape(inverted))
            violations.Add(new("source", $"must be {inverted}, got {latents.Source}", EditReasons.LatentMismatch));
        if (latents.PreviewInterval < 0) violations.Add(new("preview_interval", "must not be negative"));
        if (latents.HeatMapInterval < 0) violations.Add(new("heat_map_interval", "must not be negative"));
        if (latents.Trajectory is null && new EditTimeline(model.Schedule, setup.Options).NeededInversionLatents is { Count: > 0 } needed)
        {
            violations.Add(new(
                "trajectory", $"the options need the latents after inversion steps {string.Join(", ", needed)}", EditReasons.TrajectoryRequired));
        }

        return violations;
    }

    private EditLatents Latents => _latents ?? throw new InvalidOperationException("the run has not begun");

    private UNetHooks Hooks(ClipWindow window, int step, PhraseRecorder? phrases)
    {
        SourceFeatures? features = null;
        if (_sourceText is not null && step < _options.InjectStep)
        {
            features = new SourceFeatures();
            var (inversionSteps, timestep) = Timeline.SourceOf(step);
            _predictor.Observe(
                InversionLatents(inversionSteps), timestep, _sourceText, window, new CaptureHooks(_options, window, _freeU, features));
        }

        return new EditHooks(_options, window, _freeU, Timeline.Strength(step), features, phrases);
    }

    private LatentClip InversionLatents(int steps)
    {
        var inverted = Latents.Inverted;
        var latents = steps == Timeline.Inversion.Count ? inverted : Latents.Trajectory!(steps);
        if (!latents.SameShape(inverted))
            throw new EditException(EditReasons.LatentMismatch, $"trajectory[{steps}]", $"must be {inverted}, got {latents}");
        return latents;
    }

    private void Blend(LatentClip latents, int step, int timestep)
    {
        var level = _options.BlendAtReachedTimestep ? Timeline.Reached(timestep) : timestep;
        if (level < 0)
        {
            LatentMath.Blend(latents, _blendMask, Latents.Source, Latents.Source, new(1, 0));
            return;
        }

        var noise = Latents.BlendingNoise?.Invoke(step) ?? Draw(latents, step);
        if (!noise.SameShape(latents))
            throw new EditException(EditReasons.LatentMismatch, $"blending_noise[{step}]", $"must be {latents}, got {noise}");
        LatentMath.Blend(latents, _blendMask, Latents.Source, noise, _model.Schedule.NoiseCoefficients(level));
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
