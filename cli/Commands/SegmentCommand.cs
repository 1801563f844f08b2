using System.CommandLine;
using System.Globalization;
using VideoGrain.Cli.Hosting;
using VideoGrain.Cli.Output;
using VideoGrain.Cli.Regions;
using VideoGrain.Media;
using VideoGrain.Media.Ffmpeg;
using VideoGrain.Media.Pictures;
using VideoGrain.Media.Png;
using VideoGrain.Protos.V1;

namespace VideoGrain.Cli.Commands;

/// <summary>
/// <c>videograin segment CLIP --query QUERY</c>: finds regions and writes their masks and an overlay. It runs the segmentation
/// service itself, for as long as that takes.
/// </summary>
internal static class SegmentCommand
{
    private const int MaxCleanUpRadius = 32;

    public static Command Create(App app)
    {
        Argument<string> clip = new("CLIP") { Description = "The clip, a video file." };
        Option<string[]> queries = new("--query", "-q") { Description = $"A region to find: {RegionQuery.Forms}. May be given several times.", Required = true, HelpName = "QUERY" };
        Option<string?> model = new("--model") { Description = "Segmentation model that all queries go to; else the default ones.", HelpName = "NAME" };
        Option<uint?> cleanUp = new("--clean-up-radius") { Description = "Radius of the clean-up of found masks, 0 to 32; else as the model's profile says.", HelpName = "PIXELS" };
        Option<double?> minArea = new("--min-area") { Description = "Least area of a found object, 0 to 1 of the frame; else as the model's profile says.", HelpName = "FRACTION" };
        Option<string> folder = new("--out", "-o") { Description = "Folder for overlay.mp4 and masks/REGION/*.png; made if it is not there.", DefaultValueFactory = _ => Path.Combine("out", "segment"), HelpName = "DIR" };
        HostOptions host = new();
        Command command = new("segment", "Find regions of a clip and write their masks and an overlay.") { clip, queries, model, cleanUp, minArea, folder, host.Models };
        command.Validators.Add(result =>
        {
            string[] given = result.GetValue(queries) ?? [];
            SegmentRegion?[] regions = [.. given.Select(RegionQuery.Parse)];
            for (int i = 0; i < regions.Length; i++)
            {
                if (regions[i] is null)
                    result.AddError($"--query: '{given[i]}' is none of {RegionQuery.Forms}.");
                else if (regions.Take(i).Any(r => r?.Id == regions[i]!.Id))
                    result.AddError($"--query: two regions are called '{regions[i]!.Id}'.");
            }

            if (result.GetValue(cleanUp) > MaxCleanUpRadius)
                result.AddError($"--clean-up-radius lies between 0 and {MaxCleanUpRadius}.");
            if (result.GetValue(minArea) is double area and not (>= 0 and <= 1))
                result.AddError(string.Create(CultureInfo.InvariantCulture, $"--min-area must be 0 to 1, not {area}."));
        });
        return command.Does(app, async (context, cancellation) =>
        {
            VideoFrames frames = await new VideoDecoder().DecodeAsync(context.Get(clip)!, cancellation);
            SegmentVideoHeader header = new() { Model = context.Get(model) ?? "", Geometry = SegmentationClient.Geometry(frames) };
            header.Regions.Add(context.Get(queries)!.Select((query, i) => RegionQuery.Parse(query, i)!));
            if (context.Get(cleanUp) is uint radius)
                header.CleanUpRadius = radius;
            if (context.Get(minArea) is double area)
                header.MinArea = area;

            FoundRegions found;
            await using (AllInOneHost own = await AllInOneHost.StartSegmentationAsync(context.Get(host.Models)!, cancellation))
            {
                using SegmentationClient client = new(own.Address);
                found = await client.SegmentAsync(header, frames, cancellation);
            }

            await WriteFilesAsync(context.Get(folder)!, frames, header, found, cancellation);
            Report(context.Terminal, context.Get(folder)!, found.Summary);
            return ExitCodes.Success;
        });
    }

    private static async Task WriteFilesAsync(string folder, VideoFrames frames, SegmentVideoHeader header, FoundRegions found, CancellationToken cancellation)
    {
        for (int r = 0; r < found.Masks.Count; r++)
        {
            string masks = Directory.CreateDirectory(Path.Combine(folder, "masks", header.Regions[r].Id)).FullName;
            for (int f = 0; f < frames.Count; f++)
                await File.WriteAllBytesAsync(Path.Combine(masks, $"{f:0000}.png"), PngWriter.Write(found.Masks[r][f]), cancellation);
        }

        VideoFrames overlay = new(frames.Select((frame, f) => MaskOverlay.Draw(frame, [.. found.Masks.Select(m => m[f])])), frames.FrameRate);
        await new VideoEncoder().EncodeAsync(overlay, Path.Combine(folder, "overlay.mp4"), cancellation: cancellation);
    }

    private static void Report(Terminal terminal, string folder, SegmentVideoSummary summary)
    {
        if (terminal.Json)
        {
            terminal.WriteJson(summary);
            return;
        }

        foreach (RegionResult region in summary.Regions)
        {
            terminal.Output.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{region.RegionId}: {region.Coverage.Average():P1} of the frame, confidence {region.Confidence:F2}{Objects(region)}"));
            foreach (string warning in region.Warnings)
                terminal.Error.WriteLine($"{region.RegionId}: {warning}");
        }

        terminal.Output.WriteLine(Path.Combine(folder, "overlay.mp4"));
    }

    private static string Objects(RegionResult region) => string.Concat(region.Objects.Select(o =>
        string.Create(CultureInfo.InvariantCulture, $"; object {o.Identity}{(o.ClassName.Length > 0 ? $" ({o.ClassName})" : "")} in frames {o.FirstFrame} to {o.LastFrame}")));
}
