using VideoGrain.Media;
using VideoGrain.Media.Flow;
using VideoGrain.Media.Png;
using VideoGrain.Segmentation.Regions;
using VideoGrain.Segmentation.Tests.Support;

namespace VideoGrain.Segmentation.Tests.Regions;

/// <summary>
/// The toybox segmenter with tracking over whole clips with true masks and flow. VIDEOGRAIN_TOYBOX_CLIPS names a folder of further clips;
/// without it the one clip of the test data is measured.
/// </summary>
public sealed class ToyboxQualityTests
{
    [Fact]
    public void SegmentAndFlow_ToyboxClips_ReachTheirNumbers()
    {
        var clips = Environment.GetEnvironmentVariable("VIDEOGRAIN_TOYBOX_CLIPS") is { Length: > 0 } folder
            ? Directory.GetDirectories(folder).Order(StringComparer.Ordinal).ToList()
            : [TestClip.DataPath("clip")];
        var overlaps = new List<double>();
        double flowError = 0;
        var (switches, fields) = (0, 0);
        using var models = TestModels.Bundled();
        using var detector = models.Detector("toybox-segmenter");
        var cleanUp = new MaskCleanUp(detector.Profile.CleanUpRadius, detector.Profile.MinArea);
        foreach (var clip in clips)
        {
            Frame[] frames = [.. Pictures(clip, "frames").Select(p => p.ToFrame())];
            FlowField[] truth = [.. Pictures(clip, "flow").Select(FlowField.FromPicture)];
            var tracker = new RegionTracker();
            for (var f = 0; f < frames.Length; f++)
            {
                var flow = f == 0 ? null : ClipFlow.Estimate(frames[f - 1], frames[f], TestContext.Current.CancellationToken);
                tracker.Add(frames[f], detector.Model.Detect(frames[f], cleanUp, TestContext.Current.CancellationToken), flow == null ? null : new(flow));
                if (flow == null)
                    continue;
                flowError += EndPointError(flow, truth[f - 1]);
                fields++;
            }

            var tracks = tracker.Complete();
            foreach (var name in Directory.GetDirectories(Path.Combine(clip, "masks"), "obj?").Select(d => Path.GetFileName(d)!))
            {
                Mask[] masks = [.. Pictures(clip, "masks/" + name).Select(p => p.ToMask())];
                var identity = Enumerable.Range(0, masks.Length).Select(f => Best(tracks, f, masks[f])).ToList();
                overlaps.AddRange(identity.Select(i => i.Overlap));
                switches += identity.Zip(identity.Skip(1)).Count(p => p.First.Track != p.Second.Track);
            }
        }

        TestContext.Current.TestOutputHelper?.WriteLine(
            $"{clips.Count} clips: mean IoU {overlaps.Average():F4}, least {overlaps.Min():F3}, identity switches {switches}, flow error {flowError / fields:F3} px");
        Assert.InRange(overlaps.Average(), 0.9, 1);
        Assert.Equal(0, switches);
        Assert.InRange(flowError / fields, 0, 1);
    }

    private static (Track? Track, double Overlap) Best(IReadOnlyList<Track> tracks, int frame, Mask truth)
        => tracks
            .Where(t => t[frame] != null)
            .Select(t => ((Track?)t, MaskGeometry.IntersectionOverUnion(t[frame]!, truth)))
            .DefaultIfEmpty((null, 0))
            .MaxBy(m => m.Item2);

    private static double EndPointError(FlowField estimate, FlowField truth)
    {
        double sum = 0;
        var count = 0;
        for (var i = 0; i < truth.Visible.Length; i++)
        {
            if (!truth.Visible[i])
                continue;
            sum += double.Hypot(
                estimate.Displacement[2 * i] - truth.Displacement[2 * i], estimate.Displacement[(2 * i) + 1] - truth.Displacement[(2 * i) + 1]);
            count++;
        }

        return sum / count;
    }

    private static IEnumerable<PngImage> Pictures(string clip, string folder)
        => Directory.EnumerateFiles(Path.Combine(clip, folder), "*.png").Order(StringComparer.Ordinal).Select(p => PngReader.ReadFile(p));
}
