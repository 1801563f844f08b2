using System.Globalization;
using System.Text.Json;
using Microsoft.Extensions.Options;
using VideoGrain.Media;
using VideoGrain.Media.Ffmpeg;
using VideoGrain.Media.Pictures;
using VideoGrain.Media.Png;
using VideoGrain.Orchestrator.Artifacts;
using VideoGrain.Orchestrator.Jobs;
using VideoGrain.Orchestrator.Options;
using VideoGrain.Protos.V1;

namespace VideoGrain.Orchestrator.Execution;

/// <summary>Makes what the caller downloads: the clip, and on request its frames, a strip of source and result, the masks.</summary>
internal sealed class EncodingStage(FrameFiles files, IArtifactStore store, ScratchSpace scratch, IOptions<LimitsOptions> limits)
{
    /// <summary>Name of the edited clip.</summary>
    public const string ResultName = "result.mp4";

    private const string Png = "image/png";
    private const int StripColumns = 8;
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    /// <summary>Runs the stage.</summary>
    public async Task RunAsync(JobContext job)
    {
        var output = job.Specification.Output ?? new OutputOptions();
        var edited = await files.ReadFramesAsync(job.Get(WorkingNames.Edited), job.Job.Clip, job.Stop);
        await EncodeAsync(job, edited, output.FrameRate > 0 ? output.FrameRate : job.Job.Clip.FramesPerSecond);
        for (var i = 0; output.Frames && i < edited.Count; i++)
            await RecordAsync(job, Name($"frame-{i:D4}.png"), JobArtifactKind.Frame, Png, PngWriter.Write(edited[i]));

        if (output.Strip)
            await WriteStripAsync(job, edited);
        if (output.Masks && job.Has(WorkingNames.Masks))
            await WriteMasksAsync(job);

        await RecordAsync(job, "report.json", JobArtifactKind.Report, "application/json", Report(job));
    }

    private async Task EncodeAsync(JobContext job, List<Frame> frames, double framesPerSecond)
    {
        using var folder = scratch.NewFolder();
        var path = Path.Combine(folder.Path, ResultName);
        var encoder = new VideoEncoder(new MediaLimits { Timeout = limits.Value.DecodeTimeout });
        await encoder.EncodeAsync(new VideoFrames(frames, FrameRate.FromDouble(framesPerSecond)), path, cancellation: job.Stop);
        await using var file = File.OpenRead(path);
        await using var writer = await store.CreateAsync(file.Length, job.Held);
        var block = new byte[ArtifactStoreExtensions.BlockBytes];
        int read;
        while ((read = await file.ReadAsync(block, job.Stop)) > 0)
            await writer.WriteAsync(block.AsMemory(0, read), job.Held);

        await job.RecordAsync(writer, ResultName, JobArtifactKind.Video, "video/mp4");
    }

    private async Task WriteStripAsync(JobContext job, List<Frame> edited)
    {
        var source = await files.ReadFramesAsync(job.Get(WorkingNames.Frames), job.Job.Clip, job.Stop);
        var columns = Math.Min(StripColumns, edited.Count);
        var chosen = Enumerable.Range(0, columns).Select(i => columns == 1 ? 0 : i * (edited.Count - 1) / (columns - 1)).ToList();
        var strip = Strip.Grid([chosen.ConvertAll(i => source[i]), chosen.ConvertAll(i => edited[i])]);
        await RecordAsync(job, "strip.png", JobArtifactKind.Strip, Png, PngWriter.Write(strip));
    }

    private async Task WriteMasksAsync(JobContext job)
    {
        var index = 0;
        await foreach (var mask in files.ReadMasksAsync(job.Get(WorkingNames.Masks), job.Stop))
        {
            var (region, frame) = (index / job.Job.Clip.Frames, index % job.Job.Clip.Frames);
            if (region < job.Specification.Regions.Count)
                await RecordAsync(job, Name($"mask-{job.Specification.Regions[region].Id}-{frame:D4}.png"), JobArtifactKind.Mask, Png, PngWriter.Write(mask));

            index++;
        }
    }

    private async Task RecordAsync(JobContext job, string name, JobArtifactKind kind, string mediaType, byte[] bytes)
    {
        job.Stop.ThrowIfCancellationRequested();
        await using var writer = await store.CreateAsync(bytes.Length, job.Held);
        await writer.WriteAsync(bytes, job.Held);
        await job.RecordAsync(writer, name, kind, mediaType);
    }

    // Nothing that depends on the clock stands here: equal edits leave equal files.
    private static byte[] Report(JobContext job) => JsonSerializer.SerializeToUtf8Bytes(
        new
        {
            job.Job.Clip.Frames,
            job.Job.Clip.Height,
            job.Job.Clip.Width,
            job.Job.Clip.FramesPerSecond,
            InversionSteps = job.Timeline.Inversion.Count,
            DenoisingSteps = job.Timeline.Denoising.Count,
            job.Options.Seed,
            Source = job.Job.Source.Hex,
            EditedFrames = job.Get(WorkingNames.Edited).Digest.Hex,
        },
        Json);

    private static string Name(FormattableString name) => name.ToString(CultureInfo.InvariantCulture);
}
