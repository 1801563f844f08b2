using VideoGrain.Diffusion;

namespace VideoGrain.Editing;

/// <summary>
/// Denoises inverted latents under the edit prompt with ST-Layout attention, all regions in one pass. Every random draw is keyed by seed,
/// purpose and step, so a resumed run gives the same bits as an uninterrupted one.
/// </summary>
/// <param name="model">The models.</param>
/// <param name="time">Clock for step times.</param>
public sealed class EditLoop(StableDiffusion model, TimeProvider time)
{
    /// <summary>Computes what does not depend on latents: texts, layouts, trajectories, control features.</summary>
    /// <exception cref="EditException">The setup is not usable.</exception>
    public PreparedEdit Prepare(EditSetup setup) => new(new EditRun(model, setup));

    /// <summary>Runs or resumes an edit and decodes the result.</summary>
    /// <param name="request">What to edit.</param>
    /// <param name="onStep">Called after every step.</param>
    /// <param name="onFrames">Takes decoded frames in order, with the number of the first; null leaves decoding out.</param>
    /// <param name="cancellation">Checked between steps and between batches of frames.</param>
    /// <returns>The edited latents.</returns>
    /// <exception cref="EditException">The request is not usable, latents stopped being finite, or nothing would change.</exception>
    public LatentClip Run(
        EditRequest request, Action<StepProgress>? onStep = null, Action<int, RgbClip>? onFrames = null, CancellationToken cancellation = default)
    {
        EditException.ThrowIfAny(Validate(request));
        using var prepared = Prepare(request.Setup);
        return Run(prepared, request.Latents, onStep, onFrames, cancellation);
    }

    /// <summary>Runs or resumes a prepared edit and decodes the result, see <see cref="Run(EditRequest, Action{StepProgress}?, Action{int, RgbClip}?, CancellationToken)"/>.</summary>
    /// <param name="prepared">The edit; serves one run.</param>
    /// <param name="start">Its latents.</param>
    /// <param name="onStep">Called after every step.</param>
    /// <param name="onFrames">Takes decoded frames in order.</param>
    /// <param name="cancellation">Checked between steps and between batches of frames.</param>
    public LatentClip Run(
        PreparedEdit prepared, EditLatents start, Action<StepProgress>? onStep = null, Action<int, RgbClip>? onFrames = null,
        CancellationToken cancellation = default)
    {
        var run = prepared.Run;
        var latents = run.Begin(start);
        for (var step = start.Resume?.StepsDone ?? 0; step < run.Timeline.Denoising.Count; step++)
        {
            cancellation.ThrowIfCancellationRequested();
            var began = time.GetTimestamp();
            var phrases = IsDue(start.HeatMapInterval, step) ? run.NewRecorder() : null;
            latents = run.Step(latents, step, phrases, cancellation, out var clean);
            var preview = IsDue(start.PreviewInterval, step) ? FrameDecoder.Decode(model, clean, 0, 1) : null;
            onStep?.Invoke(new StepProgress(
                step, run.Timeline.Denoising.Count, run.Timeline.Denoising[step], latents, time.GetElapsedTime(began), preview, phrases?.Average()));
        }

        if (latents.Values.AsSpan().SequenceEqual(start.Source.Values))
            throw new EditException(EditReasons.NothingChanged, "", "the result equals the source clip");
        if (onFrames is not null) FrameDecoder.Decode(model, latents, onFrames, cancellation: cancellation);
        return latents;
    }

    /// <summary>Everything that is wrong with a request; empty when it can run.</summary>
    public IReadOnlyList<OptionViolation> Validate(EditRequest request)
    {
        var setup = EditRun.Validate(model, request.Setup, out _);
        return request.Options.Validate().Count > 0 ? setup : [.. EditRun.Validate(model, request.Setup, request.Latents), .. setup];
    }

    private static bool IsDue(int interval, int step) => interval > 0 && (step + 1) % interval == 0;
}
