using System.Globalization;
using VideoGrain.Media;
using VideoGrain.Protos.V1;
using VideoGrain.Segmentation.Models;
using VideoGrain.Segmentation.Regions;
using VideoGrain.Segmentation.Requests;
using VideoGrain.ServiceDefaults.Streaming;
using VideoGrain.ServiceDefaults.Telemetry;

namespace VideoGrain.Segmentation.Pipelines;

/// <summary>Finds every region of a call in every frame.</summary>
internal sealed class SegmentPipeline(ModelRegistry models, TimeProvider time, StageInstruments instruments)
{
    private const string MasksName = "masks";
    private const string LayoutsName = "layouts";
    private const int MaxListedFrames = 8;

    /// <summary>Runs the call and hands over progress, tensors and summary. Stops between frames when cancelled.</summary>
    public void Run(SegmentVideoHeader header, SegmentInput input, StageOutput<SegmentVideoResponse> output, CancellationToken cancellationToken)
    {
        var needsModel = header.Regions.Any(r => SegmentInput.NeedsModel(r.Source));
        var clock = new StageClock(time, instruments, header.Regions.Count + (needsModel ? (int)header.Geometry.FrameCount : 0));
        void Progress() => output.Offer(new SegmentVideoResponse { Progress = clock.Step() });

        var queries = needsModel ? Detect(header, input.Frames!, Progress, cancellationToken) : null;
        var found = new FoundRegion?[header.Regions.Count];
        for (var i = 0; i < found.Length; i++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var (region, field) = (header.Regions[i], Invariant($"header.regions[{i}].source"));
            found[i] = region.Source.SourceCase switch
            {
                RegionSource.SourceOneofCase.Mask => GivenMasks.Read(region, input, header.Geometry, field),
                RegionSource.SourceOneofCase.WholeFrame => GivenMasks.WholeFrame(header.Geometry),
                RegionSource.SourceOneofCase.Background => null,
                _ => queries!.Find(region.Source, field),
            };
            if (found[i] is not FoundRegion exact)
                continue;
            found[i] = exact.Grow((int)region.Source.Grow);
            Progress();
        }

        List<FoundRegion> others = [.. found.OfType<FoundRegion>()];
        for (var i = 0; i < found.Length; i++)
        {
            if (found[i] != null)
                continue;
            found[i] = GivenMasks.Background(others, header.Geometry, Invariant($"header.regions[{i}].source.background"));
            Progress();
        }

        Send(header, found!, clock, output, cancellationToken);
    }

    private RegionQueries Detect(SegmentVideoHeader header, ClipData frames, Action progress, CancellationToken cancellationToken)
    {
        var (detector, lease) = models.AcquireDetector(header.Model);
        using var held = lease;
        string[] classes = [.. detector.Profile.Classes.Where(c => c != detector.Profile.BackgroundClass)];
        RegionQueries.CheckClasses(header.Regions, classes);
        var tracker = new RegionTracker();
        Frame? before = null;
        for (var f = 0; f < frames.Count; f++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var frame = frames[f];
            var detections = detector.Detect(frame, cancellationToken);
            tracker.Add(detections, before == null ? null : ClipFlow.Estimate(before, frame, cancellationToken));
            before = frame;
            progress();
        }

        return new RegionQueries(tracker.Complete(), classes, header.Geometry);
    }

    private static void Send(
        SegmentVideoHeader header, FoundRegion[] found, StageClock clock, StageOutput<SegmentVideoResponse> output, CancellationToken cancellationToken)
    {
        IReadOnlyList<IReadOnlyList<Mask>> layouts = [];
        if (header.LayoutRows > 0)
            layouts = [.. found.Select(r => (IReadOnlyList<Mask>)[.. r.Masks.Select(m => m.Resize((int)header.LayoutColumns, (int)header.LayoutRows))])];

        var summary = new SegmentVideoSummary();
        for (var i = 0; i < found.Length; i++)
            summary.Regions.Add(Describe(header, found, i, layouts.Count == 0 ? null : layouts[i]));

        foreach (var chunk in MaskChunks.Split(MasksName, [.. found.Select(r => r.Masks)]))
            output.Send(new SegmentVideoResponse { Tensor = chunk }, cancellationToken);
        if (layouts.Count > 0)
        {
            foreach (var chunk in MaskChunks.Split(LayoutsName, layouts))
                output.Send(new SegmentVideoResponse { Tensor = chunk }, cancellationToken);
        }

        summary.ComputeTime = clock.Elapsed;
        output.Send(new SegmentVideoResponse { Summary = summary }, cancellationToken);
    }

    private static RegionResult Describe(SegmentVideoHeader header, FoundRegion[] found, int index, IReadOnlyList<Mask>? layout)
    {
        var region = found[index];
        var result = new RegionResult { RegionId = header.Regions[index].Id, Confidence = region.Confidence };
        result.Coverage.AddRange(region.Masks.Select(m => (double)m.Count / m.Set.Length));

        AddFrames(result, "empty in frames", f => region.Masks[f].IsEmpty);
        if (layout != null)
            AddFrames(result, "too small for the layout in frames", f => layout[f].IsEmpty && !region.Masks[f].IsEmpty);
        for (var other = index + 1; other < found.Length; other++)
        {
            var upper = found[other];
            AddFrames(
                result,
                $"covered in part by region '{header.Regions[other].Id}', which lies on top, in frames",
                f => MaskGeometry.Common(region.Masks[f], upper.Masks[f]) > 0);
        }

        return result;

        void AddFrames(RegionResult target, string what, Func<int, bool> isSo)
        {
            int[] frames = [.. Enumerable.Range(0, region.Masks.Count).Where(isSo)];
            if (frames.Length == 0)
                return;
            var listed = string.Join(", ", frames.Take(MaxListedFrames));
            var more = frames.Length > MaxListedFrames ? Invariant($" and {frames.Length - MaxListedFrames} more") : "";
            target.Warnings.Add($"{what} {listed}{more}");
        }
    }

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
