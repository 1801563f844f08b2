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

/// <summary>Makes what the caller downloads: the clip, and on request its frames, a strip of source and result, the masks, and pictures.</summary>
internal sealed class EncodingStage(FrameFiles files, EditPictures pictures, IArtifactStore store, ScratchSpace scratch, IOptions<LimitsOptions> limits)
{
    /// <summary>Name of the edited clip.</summary>
    public const string ResultName = "result.mp4";

    private const string Png = "image/png";
    private const int StripColumns = 8;
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        DefaultIgnoreCondition = System.Text.Json.Serialization.JsonIgnoreCondition.WhenWritingNull,
    };

    /// <summary>Runs the stage.</summary>
    public async Task RunAsync(JobContext job)
    {
        var output = job.Specification.Output ?? new OutputOptions();
        var edited = await files.ReadFramesAsync(job.Get(WorkingNames.Edited), job.Job.Clip, job.Stop);
        var framesPerSecond = output.FrameRate > 0 ? output.FrameRate : job.Job.Clip.FramesPerSecond;
        await EncodeAsync(job, edited, framesPerSecond, ResultName, JobArtifactKind.Video);
        for (var i = 0; output.Frames && i < edited.Count; i++)
            await RecordAsync(job, Name($"frame-{i:D4}.png"), JobArtifactKind.Frame, Png, PngWriter.Write(edited[i]));

        if (output.Strip || NeedsSource(output))
            await WritePicturesAsync(job, output, edited, framesPerSecond);
        if (output.Masks && job.Has(WorkingNames.Masks))
            await WriteMasksAsync(job);

        await RecordAsync(job, "report.json", JobArtifactKind.Report, "application/json", await ReportAsync(job));
    }

    private static bool NeedsSource(OutputOptions output) =>
        output.HeatMaps || output.Features || output.Clusters || output.MaskedInput || output.Comparison;

    private async Task WritePicturesAsync(JobContext job, OutputOptions output, List<Frame> edited, double framesPerSecond)
    {
        var source = await files.ReadFramesAsync(job.Get(WorkingNames.Frames), job.Job.Clip, job.Stop);
        if (output.Strip)
            await RecordAsync(job, "strip.png", JobArtifactKind.Strip, Png, PngWriter.Write(Strip.Grid([Moments(source), Moments(edited)])));
        if (output.Comparison)
            await EncodeAsync(job, EditPictures.Comparison(source, edited), framesPerSecond, "comparison.mp4", JobArtifactKind.Comparison);
        if (output.MaskedInput && job.Has(WorkingNames.Masks))
            await WriteAsync("masked-input", JobArtifactKind.MaskedInput, await pictures.MaskedInputAsync(job, source));
        if (output.Features)
            await WriteAsync("features", JobArtifactKind.Features, await pictures.FeaturesAsync(job, source));
        if (output.Clusters)
            await WriteAsync("clusters", JobArtifactKind.Clusters, await pictures.ClustersAsync(job, source));
        if (!output.HeatMaps)
            return;

        await foreach (var (region, frames) in pictures.HeatMapsAsync(job, source))
            await WriteAsync($"heat-map-{region}", JobArtifactKind.HeatMap, frames);

        async Task WriteAsync(string name, JobArtifactKind kind, List<Frame> frames)
        {
            await RecordAsync(job, name + ".png", kind, Png, PngWriter.Write(Strip.Grid([Moments(frames)])));
            await EncodeAsync(job, frames, framesPerSecond, name + ".mp4", kind);
        }
    }

    private async Task EncodeAsync(JobContext job, List<Frame> frames, double framesPerSecond, string name, JobArtifactKind kind)
    {
        job.Stop.ThrowIfCancellationRequested();
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

        await job.RecordAsync(writer, name, kind, "video/mp4");
    }

    /// <summary>A few frames from the first to the last.</summary>
    private static List<Frame> Moments(List<Frame> frames)
    {
        var columns = Math.Min(StripColumns, frames.Count);
        return [.. Enumerable.Range(0, columns).Select(i => frames[columns == 1 ? 0 : i * (frames.Count - 1) / (columns - 1)])];
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
    private async Task<byte[]> ReportAsync(JobContext job)
    {
        var clusters = job.Needs.Clusters ? (await ClusteringStage.ReadSummaryAsync(store, job, job.Stop)).Clusters : null;
        return JsonSerializer.SerializeToUtf8Bytes(
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
                Clusters = clusters?.Select(cluster => new { cluster.Noun, cluster.Instance, cluster.Score }),
            },
            Json);
    }

    private static string Name(FormattableString name) => name.ToString(CultureInfo.InvariantCulture);
}
