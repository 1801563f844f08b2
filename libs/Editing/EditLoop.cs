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
        using var run = new EditRun(model, request);
        var latents = run.Start;
        for (var step = request.Resume?.StepsDone ?? 0; step < run.Timeline.Denoising.Count; step++)
        {
            cancellation.ThrowIfCancellationRequested();
            var began = time.GetTimestamp();
            latents = run.Step(latents, step, cancellation, out var clean);
            var preview = IsPreviewDue(request, step) ? FrameDecoder.Decode(model, clean, 0, 1) : null;
            onStep?.Invoke(new StepProgress(
                step, run.Timeline.Denoising.Count, run.Timeline.Denoising[step], latents, time.GetElapsedTime(began), preview));
        }

        if (latents.Values.AsSpan().SequenceEqual(request.Source.Values))
            throw new EditException(EditReasons.NothingChanged, "", "the result equals the source clip");
        if (onFrames is not null) FrameDecoder.Decode(model, latents, onFrames, cancellation: cancellation);
        return latents;
    }

    /// <summary>Everything that is wrong with a request; empty when it can run.</summary>
    public IReadOnlyList<OptionViolation> Validate(EditRequest request) => EditRun.Validate(model, request, out _);

    private static bool IsPreviewDue(EditRequest request, int step) =>
        request.PreviewInterval > 0 && (step + 1) % request.PreviewInterval == 0;
}
