using VideoGrain.Diffusion;
using VideoGrain.Editing.Attention;
using VideoGrain.Editing.Layouts;

namespace VideoGrain.Editing;

/// <summary>
/// DDIM inversion: a clip becomes the noise that denoising would turn into the clip again. Guidance is 1, so the unconditional half
/// cancels and is not computed.
/// </summary>
/// <param name="model">The models.</param>
/// <param name="time">Clock for step times.</param>
public sealed class InversionLoop(StableDiffusion model, TimeProvider time)
{
    /// <summary>Runs or resumes an inversion.</summary>
    /// <param name="request">What to invert.</param>
    /// <param name="onStep">Called after every step.</param>
    /// <param name="cancellation">Checked between steps.</param>
    /// <exception cref="EditException">The request is not usable, or latents stopped being finite.</exception>
    public InversionResult Run(InversionRequest request, Action<StepProgress>? onStep = null, CancellationToken cancellation = default)
    {
        EditException.ThrowIfAny(Validate(request));
        using var scope = model.Engine.BeginScope();
        var options = request.Options;
        var timeline = new EditTimeline(model.Schedule, options);
        var (mean, start) = ClipEncoder.Encode(model, request.Clip, request.PosteriorNoise, options.Seed, cancellation);
        var recorder = request.RecordAttention ? new AttentionRecorder(start.Frames, start.Height, start.Width) : null;
        var freeU = options.FreeU is null ? null : new FreeU(options.FreeU, model.UNet.Widths);
        var text = Text(options);
        var flow = ClipChecks.Fitted(request.Flow, model);
        var predictor = new ClipPredictor(model, options, request.Control, (frames, control) =>
            new ClipWindow(frames, options) { Flow = flow, FlowTables = request.FlowTables, Control = control });

        var latents = request.Resume is { } resume ? Checked(resume, start, timeline) : start;
        for (var step = 0; step < (request.Resume?.StepsDone ?? 0); step++)
        {
            cancellation.ThrowIfCancellationRequested();
            if (RecorderOf(step) is not null) Step(Kept(step), step, timeline.Inversion[step]);
        }

        for (var step = request.Resume?.StepsDone ?? 0; step < timeline.Inversion.Count; step++)
        {
            cancellation.ThrowIfCancellationRequested();
            var began = time.GetTimestamp();
            var timestep = timeline.Inversion[step];
            latents = Step(latents, step, timestep);
            onStep?.Invoke(new StepProgress(step, timeline.Inversion.Count, timestep, latents, time.GetElapsedTime(began)));
        }

        return new InversionResult(mean, start, latents, recorder?.Average());

        AttentionRecorder? RecorderOf(int step) =>
            IsRecorded(step, timeline.Inversion.Count, request.AttentionSteps) ? recorder : null;

        LatentClip Kept(int step)
        {
            if (step == 0) return start;
            var kept = request.Trajectory!(step);
            if (kept.SameShape(start)) return kept;
            throw new EditException(EditReasons.LatentMismatch, $"trajectory[{step}]", $"must be {start}, got {kept}");
        }

        LatentClip Step(LatentClip current, int step, int timestep)
        {
            try
            {
                var noise = predictor.Predict(
                    current, step, timestep, text, window => new ClipHooks(options, window, freeU, RecorderOf(step)), cancellation);
                return LatentMath.Move(current, noise, timeline.InversionStep(timestep));
            }
            catch (NonFiniteException failure)
            {
                throw new NonFiniteLatentsException("inversion", step, timestep, failure.Layer);
            }
        }
    }

    /// <summary>Everything that is wrong with a request; empty when it can run.</summary>
    public IReadOnlyList<OptionViolation> Validate(InversionRequest request)
    {
        var violations = new List<OptionViolation>(request.Options.Validate());
        if (violations.Count > 0) return violations;
        ClipChecks.Clip(violations, model, request.Clip.Frames, request.Clip.Height, request.Clip.Width);
        ClipChecks.Guides(
            violations, model, request.Options, request.Control, request.Flow, request.FlowTables is not null,
            request.Clip.Frames, request.Clip.Height, request.Clip.Width);
        PromptLayout.Tokenize(model, request.Options.SourcePrompt, "source_prompt", violations);
        if (request.RecordAttention && request.Resume is { StepsDone: > 0 } && request.Trajectory is null)
            violations.Add(new("trajectory", "a run that records attention resumes with the latents of the steps done", EditReasons.TrajectoryRequired));
        var steps = new EditTimeline(model.Schedule, request.Options).Inversion.Count;
        if (request.AttentionSteps < 0 || request.AttentionSteps > steps)
            violations.Add(new("attention_steps", $"must be from 0 to {steps}, got {request.AttentionSteps}"));
        return violations;
    }

    /// <summary>Whether a step is one of <paramref name="wanted"/> that are spread evenly; half a share lies before the first.</summary>
    private static bool IsRecorded(int step, int steps, int wanted) =>
        wanted == 0 || ((step + 1) * wanted + steps / 2) / steps > (step * wanted + steps / 2) / steps;

    private static LatentClip Checked(LatentCheckpoint resume, LatentClip start, EditTimeline timeline)
    {
        ClipChecks.Checkpoint(resume, start, timeline.Inversion.Count);
        return resume.Latents;
    }

    private TextPair Text(EditOptions options)
    {
        var tokens = model.Tokenizer.Encode(options.SourcePrompt);
        var embedding = model.TextEncoder.Encode(tokens);
        return TextPair.Prepare(model, options, embedding, embedding);
    }
}
