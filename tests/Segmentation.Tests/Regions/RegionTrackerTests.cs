using VideoGrain.Media;
using VideoGrain.Media.Flow;
using VideoGrain.Segmentation.Regions;

namespace VideoGrain.Segmentation.Tests.Regions;

public sealed class RegionTrackerTests
{
    private const int Width = 80;
    private const int Height = 40;

    [Fact]
    public void Track_MovingObjects_KeepTheirIdentities()
    {
        var tracks = Run(12, f => [("cat", 4 + (3 * f), 4, 12), ("dog", 60 - (3 * f), 24, 12)]);

        Assert.Equal(["cat", "dog"], tracks.Select(t => t.ClassName));
        Assert.All(tracks, t => Assert.Equal(12, t.FoundCount));
    }

    [Fact]
    public void Track_EqualObjectsThatPassClosely_AreToldApartByMotion()
    {
        // One goes right, one left, in neighbouring rows: by position alone they would swap.
        var tracks = Run(14, f => [("ball", 4 + (4 * f), 8, 10), ("ball", 60 - (4 * f), 19, 10)]);

        Assert.Equal(2, tracks.Count);
        Assert.All(Enumerable.Range(0, 14), f => Assert.Equal(4 + (4 * f), MaskGeometry.Bounds(tracks[0][f]!)!.Value.Left));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(4)]
    public void Track_GapOfAFewFrames_IsBridged(int gap)
    {
        var tracks = Run(12, f => f >= 4 && f < 4 + gap ? [] : [("cat", 4 + (2 * f), 10, 12)]);

        var track = Assert.Single(tracks);
        Assert.Equal(12 - gap, track.FoundCount);
        // What was lost is carried along by the flow.
        Assert.InRange(MaskGeometry.IntersectionOverUnion(track[4]!, Square(4 + 8, 10, 12)), 0.8, 1);
    }

    [Fact]
    public void Track_LongGap_EndsTheTrackWhereItWasLastFound()
    {
        var tracks = Run(14, f => f is >= 4 and < 12 ? [] : [("cat", 10, 10, 12)]);

        Assert.Equal(2, tracks.Count);
        Assert.Null(tracks[0][4]);
        Assert.Null(tracks[0][8]);
        Assert.Equal(12, tracks[1].FirstFrame);
    }

    [Fact]
    public void Track_BehindAnotherObject_LosesTheCoveredPixelsAndComesBack()
    {
        // The cat stands still; the dog passes in front of it and hides it in frames 4 to 6.
        var tracks = Run(12, f => f is >= 4 and <= 6
            ? [("dog", 2 + (5 * f), 8, 20)]
            : [("cat", 30, 12, 10), ("dog", 2 + (5 * f), 8, 20)], still: true);

        Assert.Equal(["cat", "dog"], tracks.Select(t => t.ClassName).Order(StringComparer.Ordinal));
        var cat = tracks.Single(t => t.ClassName == "cat");
        Assert.Equal(9, cat.FoundCount);
        Assert.True(cat[5]!.Count < 100 / 2, "what the dog covers is not the cat's");
    }

    [Fact]
    public void Track_PartWithinItsWhole_StaysARegionOfItsOwn()
    {
        // The hat lies within the cat and is not seen in frames 3 and 4, the cat not in frame 6.
        var tracks = Run(9, f =>
        [
            .. f == 6 ? Array.Empty<(string, int, int, int)>() : [("cat", 10 + f, 6, 24)],
            .. f is 3 or 4 ? Array.Empty<(string, int, int, int)>() : [("hat", 16 + f, 8, 6)],
        ], still: true);

        Assert.Equal(2, tracks.Count);
        var (cat, hat) = (tracks.Single(t => t.ClassName == "cat"), tracks.Single(t => t.ClassName == "hat"));
        Assert.Equal((8, 7), (cat.FoundCount, hat.FoundCount));

        // The cat covers its own hat and the hat its cat: neither takes anything from the other.
        Assert.Equal(36, hat[4]!.Count);
        Assert.Equal(24 * 24, cat[6]!.Count);
        Assert.Equal(24 * 24, cat[2]!.Count);
    }

    [Fact]
    public void Track_NewObject_BeginsWhereItAppears()
    {
        var tracks = Run(6, f => f < 3 ? [("cat", 50, 10, 10)] : [("cat", 50, 10, 10), ("cat", 5, 10, 10)]);

        Assert.Equal([0, 3], tracks.Select(t => t.FirstFrame));
    }

    [Fact]
    public void Track_FlickeringClass_KeepsTheLikelierOne()
    {
        var tracks = Run(9, f => [(f % 4 == 1 ? "dog" : "cat", 10 + f, 10, 12)]);

        Assert.Equal("cat", Assert.Single(tracks).ClassName);
    }

    [Fact]
    public void Track_TracksOfTheFirstFrame_CountFromLeftToRight()
    {
        var tracks = Run(2, _ => [("a", 60, 0, 8), ("a", 5, 20, 8), ("a", 30, 10, 8)]);

        Assert.Equal([5, 30, 60], tracks.Select(t => MaskGeometry.Bounds(t[0]!)!.Value.Left));
    }

    [Fact]
    public void Track_ObjectsInViewAndApart_AreFollowedWithoutFlow()
    {
        var tracker = new RegionTracker();
        for (var f = 0; f < 8; f++)
            Assert.False(AsksForFlow(tracker, f == 0, ("cat", 4 + (2 * f), 4, 12), ("hat", 5 + (2 * f), 6, 8), ("dog", 60 - (2 * f), 24, 12)));

        Assert.Equal([("hat", 8), ("cat", 8), ("dog", 8)], tracker.Complete().Select(t => (t.ClassName, t.FoundCount)));
    }

    [Theory]
    [InlineData(33, 32)]
    [InlineData(60, 48)]
    public void Track_ObjectBesideAnotherOrFarFromItsPlace_NeedsFlow(int before, int now)
    {
        var tracker = new RegionTracker();
        AsksForFlow(tracker, true, ("cat", 18, 10, 12), ("dog", before, 10, 12));

        Assert.True(AsksForFlow(tracker, false, ("cat", 18, 10, 12), ("dog", now, 10, 12)));
    }

    [Fact]
    public void Track_ObjectThatIsNewOrLost_NeedsFlow()
    {
        var tracker = new RegionTracker();
        AsksForFlow(tracker, true, ("cat", 18, 10, 12));

        Assert.True(AsksForFlow(tracker, false, ("cat", 18, 10, 12), ("dog", 60, 10, 12)));
        Assert.False(AsksForFlow(tracker, false, ("cat", 18, 10, 12), ("dog", 60, 10, 12)));
        Assert.True(AsksForFlow(tracker, false, ("cat", 18, 10, 12)));
        Assert.True(AsksForFlow(tracker, false, ("cat", 18, 10, 12), ("dog", 60, 10, 12)));
        Assert.False(AsksForFlow(tracker, false, ("cat", 18, 10, 12), ("dog", 60, 10, 12)));
    }

    private static bool AsksForFlow(RegionTracker tracker, bool isFirst, params (string Class, int Left, int Top, int Side)[] objects)
    {
        var flow = new Lazy<FlowField>(Still);
        tracker.Add(Draw(objects), [.. objects.Select(o => new Detection(o.Class, 0.9, Square(o.Left, o.Top, o.Side)))], isFirst ? null : flow);
        return flow.IsValueCreated;
    }

    // The flow is what the objects do: each pixel of an object moves with it.
    private static IReadOnlyList<Track> Run(int frames, Func<int, (string Class, int Left, int Top, int Side)[]> scene, bool still = false)
    {
        var tracker = new RegionTracker();
        for (var f = 0; f < frames; f++)
        {
            var detections = scene(f).Select(o => new Detection(o.Class, 0.9, Square(o.Left, o.Top, o.Side))).ToList();
            tracker.Add(Draw(scene(f)), detections, f == 0 ? null : new(still ? Still() : Motion(scene(f - 1), scene(f))));
        }

        return tracker.Complete();
    }

    // Every class has its colour; what comes later in the list lies in front.
    private static Frame Draw((string Class, int Left, int Top, int Side)[] objects)
    {
        var frame = new Frame(Width, Height, new Colour(128, 128, 128));
        foreach (var (name, left, top, side) in objects)
        {
            var colour = name == "dog" ? new Colour(40, 60, 200) : name == "hat" ? new Colour(20, 20, 20) : new Colour(200, 60, 40);
            for (var y = Math.Max(0, top); y < Math.Min(Height, top + side); y++)
            {
                for (var x = Math.Max(0, left); x < Math.Min(Width, left + side); x++)
                    frame[x, y] = colour;
            }
        }

        return frame;
    }

    private static FlowField Still() => new(Width, Height, new float[2 * Width * Height], [.. Enumerable.Repeat(true, Width * Height)]);

    private static FlowField Motion((string Class, int Left, int Top, int Side)[] before, (string Class, int Left, int Top, int Side)[] after)
    {
        var flow = Still();
        // Lost objects keep the speed of the scene's left-to-right drift, as a flow estimate of the pictures would.
        if (before.Length != after.Length || before.Length == 0)
        {
            for (var i = 0; i < flow.Displacement.Length; i += 2)
                flow.Displacement[i] = 2;
            return flow;
        }

        foreach (var (from, to) in before.Zip(after))
        {
            for (var y = from.Top; y < Math.Min(Height, from.Top + from.Side); y++)
            {
                for (var x = Math.Max(0, from.Left); x < Math.Min(Width, from.Left + from.Side); x++)
                {
                    flow.Displacement[2 * ((y * Width) + x)] = to.Left - from.Left;
                    flow.Displacement[(2 * ((y * Width) + x)) + 1] = to.Top - from.Top;
                }
            }
        }

        return flow;
    }

    private static Mask Square(int left, int top, int side)
    {
        var set = new byte[Width * Height];
        for (var y = Math.Max(0, top); y < Math.Min(Height, top + side); y++)
        {
            for (var x = Math.Max(0, left); x < Math.Min(Width, left + side); x++)
                set[(y * Width) + x] = 1;
        }

        return new Mask(Width, Height, set);
    }
}
