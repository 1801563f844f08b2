using System.Globalization;
using VideoGrain.Protos.V1;
using VideoGrain.Segmentation.Models;
using VideoGrain.Segmentation.Regions;
using VideoGrain.Segmentation.Requests;
using VideoGrain.ServiceDefaults.Errors;
using VideoGrain.ServiceDefaults.Streaming;
using VideoGrain.ServiceDefaults.Telemetry;

namespace VideoGrain.Segmentation.Pipelines;

/// <summary>Finds every region of a call in every frame.</summary>
internal sealed class SegmentPipeline(ModelRegistry models, TimeProvider time, StageInstruments instruments)
{
    private const string MasksName = "masks";
    private const string LayoutsName = "layouts";
    private const int MaxListedFrames = 8;

    /// <summary>Chooses and loads the models of a call before any frame is read.</summary>
    /// <exception cref="ServiceDefaults.Errors.VideoGrainException">No model does what is asked for.</exception>
    public async Task<SegmentPlan> PrepareAsync(SegmentVideoHeader header, CancellationToken cancellationToken)
    {
        List<RegionSource> queries = [.. header.Regions.Select(r => r.Source).Where(SegmentInput.NeedsModel)];
        if (queries.Count == 0)
            return new SegmentPlan();
        var promptable = header.Model.Length > 0
            ? models.Profiles.FirstOrDefault(p => p.Name == header.Model && Decoders.Promptable.Serves(p))
            : models.Default(Decoders.Promptable);
        if (promptable != null && header.Model.Length > 0)
            CheckPromptsOnly(header);
        var plan = new SegmentPlan
        {
            Promptable = promptable != null && queries.Any(SegmentPlan.IsPrompt)
                ? await models.AcquireAsync(Decoders.Promptable, promptable.Name, cancellationToken)
                : null,
        };
        try
        {
            if (queries.All(plan.IsPrompted))
                return plan;
            plan = new SegmentPlan { Promptable = plan.Promptable, Detector = await models.AcquireAsync(Decoders.Detector, header.Model, cancellationToken) };
            RegionQueries.CheckClasses(header.Regions, plan.Detector.Profile.ObjectClasses);
            return plan;
        }
        catch
        {
            plan.Dispose();
            throw;
        }
    }

    /// <summary>Runs the call and hands over progress, tensors and summary. Stops within a frame when cancelled.</summary>
    public void Run(
        SegmentPlan plan, SegmentVideoHeader header, SegmentInput input, FrameFeed feed, StageOutput<SegmentVideoResponse> output, CancellationToken cancellationToken)
    {
        var clock = new StageClock(time, instruments, header.Regions.Count + (plan.NeedsFrames ? (int)header.Geometry.FrameCount : 0));
        void Progress() => output.Offer(new SegmentVideoResponse { Progress = clock.Step() });

        var found = new FoundRegion?[header.Regions.Count];
        if (plan.NeedsFrames)
            Detect(plan, header, feed, found, Progress, cancellationToken);
        feed.WaitForEnd(cancellationToken);
        for (var i = 0; i < found.Length; i++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var (region, field) = (header.Regions[i], Field(i));
            found[i] ??= region.Source.SourceCase switch
            {
                RegionSource.SourceOneofCase.Mask => GivenMasks.Read(region, input, header.Geometry, field),
                RegionSource.SourceOneofCase.WholeFrame => GivenMasks.WholeFrame(header.Geometry),
                _ => null,
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
            found[i] = GivenMasks.Background(others, header.Geometry, $"{Field(i)}.background");
            Progress();
        }

        Send(header, found!, clock, output, cancellationToken);
    }

    private static void CheckPromptsOnly(SegmentVideoHeader header)
    {
        var violations = new ViolationList();
        for (var i = 0; i < header.Regions.Count; i++)
        {
            if (SegmentInput.NeedsModel(header.Regions[i].Source) && !SegmentPlan.IsPrompt(header.Regions[i].Source))
                violations.Add(Field(i), $"model '{header.Model}' answers points and boxes only", ErrorReasons.ModelNotFound);
        }

        violations.ThrowIfAny();
    }

    private static void Detect(
        SegmentPlan plan, SegmentVideoHeader header, FrameFeed feed, FoundRegion?[] found, Action progress, CancellationToken cancellationToken)
    {
        var tracker = new RegionTracker();
        var cleanUp = plan.Detector == null ? default : SegmentPlan.CleanUp(header, plan.Detector.Profile);
        var prompts = plan.Promptable == null
            ? null
            : new PromptTracker(plan.Promptable.Model, Prompts(header), SegmentPlan.CleanUp(header, plan.Promptable.Profile));
        using var ahead = plan.Detector == null
            ? null
            : new DetectionsAhead(plan.Detector.Model, cleanUp, feed, (int)header.Geometry.FrameCount, cancellationToken);
        var clipFlow = new ClipFlow();
        for (var f = 0; f < header.Geometry.FrameCount; f++)
        {
            var (frame, detections) = ahead?.Take() ?? (feed.Take(cancellationToken), []);
            var flow = clipFlow.Next(frame, cancellationToken);
            if (plan.Detector != null)
                tracker.Add(frame, detections, flow);
            prompts?.Add(frame, flow, cancellationToken);
            progress();
        }

        var tracks = tracker.Complete();
        var queries = plan.Detector == null ? null : new RegionQueries(tracks, plan.Detector.Profile.ObjectClasses, header.Geometry);
        for (var i = 0; i < found.Length; i++)
        {
            if (SegmentInput.NeedsModel(header.Regions[i].Source) && !plan.IsPrompted(header.Regions[i].Source))
                found[i] = queries!.Find(header.Regions[i].Source, Field(i));
        }

        var identity = tracks.Count;
        foreach (var (query, track) in prompts?.Complete() ?? [])
            found[query.Region] = RegionQueries.Region([(identity++, track)], header.Geometry);
    }

    private static List<PromptQuery> Prompts(SegmentVideoHeader header)
    {
        var prompts = new List<PromptQuery>();
        for (var i = 0; i < header.Regions.Count; i++)
        {
            var source = header.Regions[i].Source;
            if (source.SourceCase == RegionSource.SourceOneofCase.Point)
                prompts.Add(new PromptQuery(i, $"{Field(i)}.point", (int)source.Point.Frame, (m, e, c) => m.AtPoint(e, source.Point.X, source.Point.Y, c)));
            else if (source.SourceCase == RegionSource.SourceOneofCase.Box)
                prompts.Add(new PromptQuery(i, $"{Field(i)}.box", (int)source.Box.Frame, (m, e, c) => m.InBox(e, Box(source.Box), c)));
        }

        return prompts;
    }

    private static FrameBox Box(BoxQuery box) => new(box.Left, box.Top, box.Right, box.Bottom);

    private static string Field(int region) => Invariant($"header.regions[{region}].source");

    private static void Send(
        SegmentVideoHeader header, FoundRegion[] found, StageClock clock, StageOutput<SegmentVideoResponse> output, CancellationToken cancellationToken)
    {
        IReadOnlyList<PackedMasks> layouts = [];
        if (header.LayoutRows > 0)
            layouts = [.. found.Select(r => PackedMasks.Of(r.Masks.Select(m => m.Resize((int)header.LayoutColumns, (int)header.LayoutRows))))];

        var summary = new SegmentVideoSummary();
        for (var i = 0; i < found.Length; i++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            summary.Regions.Add(Describe(header, found, i, layouts.Count == 0 ? null : layouts[i]));
        }

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

    private static RegionResult Describe(SegmentVideoHeader header, FoundRegion[] found, int index, PackedMasks? layout)
    {
        var region = found[index];
        var result = new RegionResult { RegionId = header.Regions[index].Id, Confidence = region.Confidence };
        result.Coverage.AddRange(Enumerable.Range(0, region.Masks.Count).Select(f => region.Masks.PixelsIn(f) / ((double)header.Geometry.Height * header.Geometry.Width)));
        result.Objects.AddRange(region.Objects);

        AddFrames(result, "empty in frames", f => region.Masks.PixelsIn(f) == 0);
        if (layout != null)
            AddFrames(result, "too small for the layout in frames", f => layout.PixelsIn(f) == 0 && region.Masks.PixelsIn(f) > 0);
        for (var other = index + 1; other < found.Length; other++)
        {
            var upper = found[other];
            AddFrames(
                result,
                $"covered in part by region '{header.Regions[other].Id}', which lies on top, in frames",
                f => region.Masks.Meet(upper.Masks, f));
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
