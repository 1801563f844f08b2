using Microsoft.Extensions.Options;
using VideoGrain.Media;
using VideoGrain.Orchestrator.Jobs;
using VideoGrain.Orchestrator.Options;
using VideoGrain.Protos.V1;
using VideoGrain.ServiceDefaults.Errors;

namespace VideoGrain.Orchestrator.Submission;

/// <summary>
/// Decodes a submission's uploads, cuts and scales them to the edit's size, and stores the frames. What the stages get is fixed here, once:
/// a job that runs again, on another machine, works on the same bytes.
/// </summary>
internal sealed class UploadPreparation(UploadDecoder decoder, FrameStore store, IOptions<LimitsOptions> options) : IDisposable
{
    private const string ClipField = $"{SpecificationChecks.Root}.clip";
    private const double AspectTolerance = 0.02;
    private const int DefaultThreshold = 128;
    private readonly SemaphoreSlim _decodes = new(options.Value.MaxConcurrentDecodes);

    private LimitsOptions Limits => options.Value;

    /// <summary>Prepares the uploads; what is wrong with them is added to <paramref name="violations"/>, all of it.</summary>
    /// <returns>The clip, or null when there are violations.</returns>
    public async Task<PreparedClip?> PrepareAsync(
        EditSpecification specification, UploadReceiver uploads, PinnedArtifacts artifacts, ViolationList violations, CancellationToken cancellationToken)
    {
        await _decodes.WaitAsync(cancellationToken);
        try
        {
            var warnings = new List<string>();
            var clip = await ReadClipAsync(specification, uploads, artifacts, violations, cancellationToken);
            if (clip is not var (shape, frames, fit, selection))
                return null;

            foreach (var name in specification.Regions.Select(region => region.Source?.Mask?.Name).OfType<string>().Distinct(StringComparer.Ordinal))
            {
                await GuardAsync(specification, name, violations, ErrorReasons.MaskSizeMismatch, async () =>
                    await ReadMaskAsync(specification, name, uploads.Uploads[name], (shape, fit, selection), artifacts, violations, warnings, cancellationToken));
            }

            if (specification.Control is { Upload.Length: > 0 } control)
            {
                await GuardAsync(specification, control.Upload, violations, ErrorReasons.ControlMismatch, async () =>
                    await ReadControlAsync(uploads.Uploads[control.Upload], (shape, fit, selection), artifacts, violations, cancellationToken));
            }

            return violations.Count == 0 ? new PreparedClip(shape, frames, warnings) : null;
        }
        finally
        {
            _decodes.Release();
        }
    }

    public void Dispose() => _decodes.Dispose();

    private async Task<(ClipShape Shape, Artifacts.ArtifactDigest Frames, FrameFit Fit, FrameSelection Selection)?> ReadClipAsync(
        EditSpecification specification, UploadReceiver uploads, PinnedArtifacts artifacts, ViolationList violations, CancellationToken cancellationToken)
    {
        (ClipShape, Artifacts.ArtifactDigest, FrameFit, FrameSelection)? result = null;
        await GuardAsync(specification, specification.Clip.Upload, violations, ErrorReasons.FrameSizeInvalid, async () =>
        {
            var decoded = await decoder.DecodeAsync(uploads.Uploads[specification.Clip.Upload], isMask: false, cancellationToken);
            var before = violations.Found;
            var selection = Select(specification.Clip, decoded.Count, violations);
            var mostPixels = Math.Max(Limits.MaxSourceFramePixels, Limits.MaxFramePixels);
            var fit = FrameFit.Plan(specification.Clip, decoded.Width, decoded.Height, Limits.PixelsPerLatent, mostPixels, violations);
            CheckSize(selection.Count, fit, violations);
            if (violations.Found > before)
                return;

            var pin = await store.StoreColourAsync(
                selection.Take(decoded.Frames).Select(frame => fit.Apply(frame, ResizeFilter.BilinearAntialiased)),
                selection.Count, fit.Height, fit.Width, cancellationToken);
            var frames = artifacts.Add(WorkingNames.Frames, JobArtifactKind.Working, pin).Reference.Digest;
            result = (new ClipShape(selection.Count, fit.Height, fit.Width, decoded.FramesPerSecond / selection.Stride), frames, fit, selection);
        });
        return result;
    }

    private FrameSelection Select(ClipSource clip, int available, ViolationList violations)
    {
        var stride = (int)Math.Max(1, clip.FrameStride);
        var reachable = Math.Max(0, (available - (int)clip.StartFrame + stride - 1) / stride);
        if (reachable == 0)
            violations.Add($"{ClipField}.start_frame", $"the clip has {available} frames, frame {clip.StartFrame} is not among them", ErrorReasons.FrameLimitExceeded);
        else if (clip.FrameCount > reachable)
            violations.Add($"{ClipField}.frame_count", $"{clip.FrameCount} frames are wanted, the clip gives {reachable}", ErrorReasons.FrameLimitExceeded);
        else if (clip.FrameCount == 0 && reachable > Limits.MaxFrames)
            violations.Add($"{ClipField}.frame_count", $"the clip gives {reachable} frames, at most {Limits.MaxFrames} are edited; say how many", ErrorReasons.FrameLimitExceeded);

        return new FrameSelection((int)clip.StartFrame, stride, clip.FrameCount == 0 ? reachable : (int)clip.FrameCount, available);
    }

    private void CheckSize(int frames, FrameFit fit, ViolationList violations)
    {
        var framePixels = (long)fit.Width * fit.Height;
        if (framePixels > Limits.MaxFramePixels)
            violations.Add(ClipField, $"frames must have at most {Limits.MaxFramePixels} pixels, {fit.Width} x {fit.Height} has {framePixels}", ErrorReasons.FrameSizeInvalid);
        else if (framePixels * frames > Limits.MaxClipPixels)
            violations.Add(ClipField, $"the clip must have at most {Limits.MaxClipPixels} pixels, {frames} frames of {fit.Width} x {fit.Height} have {framePixels * frames}", ErrorReasons.FrameLimitExceeded);
    }

    private async Task ReadMaskAsync(
        EditSpecification specification,
        string name,
        ReceivedUpload upload,
        (ClipShape Shape, FrameFit Fit, FrameSelection Selection) clip,
        PinnedArtifacts artifacts,
        ViolationList violations,
        List<string> warnings,
        CancellationToken cancellationToken)
    {
        var decoded = await decoder.DecodeAsync(upload, isMask: true, cancellationToken);
        var field = FieldOf(specification, name);
        var single = decoded.Count == 1;
        var (count, frames) = Align(decoded, clip.Selection);
        if (!single && count != clip.Shape.Frames)
        {
            violations.Add(
                field, $"has {decoded.Count} masks; 1, {clip.Shape.Frames} (the edited frames) or {clip.Selection.SourceCount} (the clip's frames) are needed",
                ErrorReasons.MaskSizeMismatch);
            return;
        }

        var (height, width) = (decoded.Height, decoded.Width);
        if ((width, height) == (clip.Fit.SourceWidth, clip.Fit.SourceHeight))
        {
            // A mask drawn for the clip as uploaded goes the way of its frames.
            frames = frames.Select(frame => clip.Fit.Apply(frame, ResizeFilter.Nearest));
            (height, width) = (clip.Shape.Height, clip.Shape.Width);
        }
        else if (Math.Abs(((double)width / height / ((double)clip.Shape.Width / clip.Shape.Height)) - 1) > AspectTolerance)
        {
            violations.Add(
                field, $"has {width} x {height} pixels, whose aspect ratio is neither that of the clip ({clip.Fit.SourceWidth} x {clip.Fit.SourceHeight}) nor of the edit ({clip.Shape.Width} x {clip.Shape.Height})",
                ErrorReasons.MaskSizeMismatch);
            return;
        }

        var brightest = new List<byte>();
        var pin = await store.StoreGrayAsync(frames, count, height, width, brightest.Add, cancellationToken);
        artifacts.Add(WorkingNames.Mask(name), JobArtifactKind.Working, pin);
        CheckNotEmpty(specification, name, brightest, violations, warnings);
    }

    private static void CheckNotEmpty(EditSpecification specification, string name, List<byte> brightest, ViolationList violations, List<string> warnings)
    {
        for (var i = 0; i < specification.Regions.Count; i++)
        {
            var region = specification.Regions[i];
            if (region.Source?.Mask?.Name != name)
                continue;

            var threshold = region.Source.Mask.Threshold == 0 ? DefaultThreshold : (int)region.Source.Mask.Threshold;
            var empty = Enumerable.Range(0, brightest.Count).Where(frame => brightest[frame] < threshold).ToList();
            if (empty.Count == brightest.Count)
                violations.Add($"{SpecificationChecks.Root}.regions[{i}].source.mask", $"covers no pixel in any frame (threshold {threshold})", ErrorReasons.RegionEmpty);
            else if (empty.Count > 0)
                warnings.Add($"Region '{region.Id}' is empty in frames {string.Join(", ", empty)}.");
        }
    }

    private async Task ReadControlAsync(
        ReceivedUpload upload,
        (ClipShape Shape, FrameFit Fit, FrameSelection Selection) clip,
        PinnedArtifacts artifacts,
        ViolationList violations,
        CancellationToken cancellationToken)
    {
        const string field = $"{SpecificationChecks.Root}.control.upload";
        var decoded = await decoder.DecodeAsync(upload, isMask: false, cancellationToken);
        var (count, frames) = Align(decoded, clip.Selection);
        var isSource = (decoded.Width, decoded.Height) == (clip.Fit.SourceWidth, clip.Fit.SourceHeight);
        if (count != clip.Shape.Frames)
        {
            violations.Add(field, $"has {decoded.Count} maps; {clip.Shape.Frames} (the edited frames) or {clip.Selection.SourceCount} (the clip's frames) are needed", ErrorReasons.ControlMismatch);
            return;
        }

        if (!isSource && (decoded.Width, decoded.Height) != (clip.Shape.Width, clip.Shape.Height))
        {
            violations.Add(
                field, $"has {decoded.Width} x {decoded.Height} pixels; {clip.Fit.SourceWidth} x {clip.Fit.SourceHeight} or {clip.Shape.Width} x {clip.Shape.Height} are needed",
                ErrorReasons.ControlMismatch);
            return;
        }

        if (isSource)
            frames = frames.Select(frame => clip.Fit.Apply(frame, ResizeFilter.BilinearAntialiased));

        artifacts.Add(
            WorkingNames.Control, JobArtifactKind.Working,
            await store.StoreColourAsync(frames, count, clip.Shape.Height, clip.Shape.Width, cancellationToken));
    }

    // Frames that come with the clip may cover all of it or only what is edited.
    private static (int Count, IAsyncEnumerable<Media.Frame> Frames) Align(DecodedUpload decoded, FrameSelection selection) =>
        !selection.IsWhole && decoded.Count == selection.SourceCount && decoded.Count != selection.Count
            ? (selection.Count, selection.Take(decoded.Frames))
            : (decoded.Count, decoded.Frames);

    private static async Task GuardAsync(EditSpecification specification, string upload, ViolationList violations, string sizeReason, Func<Task> read)
    {
        try
        {
            await read();
        }
        catch (MediaException exception)
        {
            violations.Add(FieldOf(specification, upload), exception.Message, MediaReasons.Of(exception, sizeReason));
        }
    }

    private static string FieldOf(EditSpecification specification, string upload) =>
        $"{SpecificationChecks.Root}.uploads[{specification.Uploads.ToList().FindIndex(candidate => candidate.Name == upload)}]";
}
