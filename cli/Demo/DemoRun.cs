using VideoGrain.Cli.Client;
using VideoGrain.Cli.Commands;
using VideoGrain.Cli.Hosting;
using VideoGrain.Cli.Output;
using VideoGrain.Cli.Specification;
using VideoGrain.Media;
using VideoGrain.Media.Ffmpeg;
using VideoGrain.Protos.V1;
using VideoGrain.Quality;

namespace VideoGrain.Cli.Demo;

/// <summary>Runs a sample's edits through the services, one after the other, and writes down what came of them.</summary>
internal sealed class DemoRun(CommandContext context, EditClient client, DemoSettings settings)
{
    /// <summary>Runs every edit; a failed one does not stop the others.</summary>
    public async Task<DemoSummary> RunAsync(CancellationToken cancellation)
    {
        long start = context.Time.GetTimestamp();
        Directory.CreateDirectory(settings.Output);
        VideoFrames source = await new VideoDecoder().DecodeAsync(Path.Combine(settings.Sample, "clip.mp4"), cancellation);
        using DemoScorer scorer = new(settings.Judges);
        List<DemoEdit> edits = [];
        foreach (string level in settings.Levels)
            edits.Add(await EditAsync(level, source, scorer, cancellation));
        DemoSummary summary = new(
            Path.GetFileName(Path.GetFullPath(settings.Sample)),
            ProcessorName.Read(),
            Environment.ProcessorCount,
            Math.Round(context.Time.GetElapsedTime(start).TotalSeconds, 2),
            edits,
            settings.Processes.ToDictionary(p => p.Key, p => PeakMemory.Read(p.Value)),
            scorer.Missing is null ? [] : [scorer.Missing]);
        string text = await DemoReport.WriteAsync(settings.Output, summary, cancellation);
        if (context.Terminal.Json)
            context.Terminal.WriteJson(summary);
        else
            await context.Terminal.Output.WriteLineAsync(text);
        return summary;
    }

    private async Task<DemoEdit> EditAsync(string level, VideoFrames source, DemoScorer scorer, CancellationToken cancellation)
    {
        EditDocument document = SpecificationReader.Read(Path.Combine(settings.Sample, level + ".yaml"));
        context.Places = document.Places;
        if (settings.Steps is uint steps)
        {
            document.Message.Options.Steps = steps;
            document.Message.Options.InversionSteps = steps;
        }

        string prompt = document.Message.TargetPrompt;
        await context.Terminal.Error.WriteLineAsync($"{level}: {document.Message.SourcePrompt}  ->  {prompt}");
        long start = context.Time.GetTimestamp();
        string folder = Path.Combine(settings.Output, level);
        Edit edit;
        try
        {
            PreparedEdit prepared = await EditPreparer.PrepareAsync(document, MediaLimits.Default, cancellation);
            SubmitEditResponse submitted = await client.SubmitAsync(prepared, cancellation);
            edit = await EditCommand.FollowOrCancelAsync(context, client, submitted.Edit.Id, folder, cancellation);
            await ArtifactFolder.FetchAsync(client, edit, [], folder, cancellation);
        }
        catch (Exception e) when (!cancellation.IsCancellationRequested && Failures.Explain(e, document.Places) is Failure failure)
        {
            context.Terminal.WriteFailure(failure);
            return new DemoEdit(level, "", "refused", prompt, Seconds(start), [], null, null, [], null, failure.Message);
        }

        StageTime[] stages =
        [
            .. edit.Timings.Select(t => new StageTime(Words.Of(t.Stage), Math.Round(t.Duration.ToTimeSpan().TotalSeconds, 2), t.Cached, t.Retries)),
        ];
        double seconds = Seconds(start);
        Artifact? video = edit.Artifacts.FirstOrDefault(a => a.Kind == ArtifactKind.Video);
        if (edit.State != EditState.Succeeded || video is null)
            return new DemoEdit(level, edit.Id, Words.Of(edit.State), prompt, seconds, stages, null, null, [], null, edit.Failure?.Message ?? "There is no result.");
        string result = Path.Combine(settings.Output, level + ".mp4"), strip = Path.Combine(settings.Output, level + "-strip.png");
        File.Copy(Path.Combine(folder, video.Name), result, overwrite: true);
        VideoFrames edited = await new VideoDecoder().DecodeAsync(result, cancellation);
        string[] pictures = [.. edit.Artifacts.Where(a => IsPicture(a.Kind)).Select(a => Path.Combine(folder, a.Name)).Order(StringComparer.Ordinal)];
        await DemoStrip.WriteAsync(strip, source, document, await RegionsAsync(edit, folder, cancellation), edited, cancellation);
        EditScore? scores = await scorer.ScoreAsync(settings.Sample, level, prompt, source, edited, cancellation);
        return new DemoEdit(level, edit.Id, Words.Of(edit.State), prompt, seconds, stages, result, strip, pictures, scores, null);
    }

    private static bool IsPicture(ArtifactKind kind) =>
        kind is ArtifactKind.HeatMap or ArtifactKind.Features or ArtifactKind.Clusters or ArtifactKind.MaskedInput or ArtifactKind.Comparison;

    /// <summary>The regions as the edit saw them, where it left a clip of them.</summary>
    private static async Task<VideoFrames?> RegionsAsync(Edit edit, string folder, CancellationToken cancellation)
    {
        Artifact? regions = edit.Artifacts.FirstOrDefault(a => a.Kind == ArtifactKind.MaskedInput && a.Name.EndsWith(".mp4", StringComparison.Ordinal));
        return regions is null ? null : await new VideoDecoder().DecodeAsync(Path.Combine(folder, regions.Name), cancellation);
    }

    private double Seconds(long start) => Math.Round(context.Time.GetElapsedTime(start).TotalSeconds, 2);
}
