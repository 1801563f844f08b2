using VideoGrain.Media;
using VideoGrain.Segmentation.Regions;
using VideoGrain.Segmentation.Tests.Support;

namespace VideoGrain.Segmentation.Tests.Regions;

/// <summary>Whole scenes in which objects hide each other, meet, leave and come back.</summary>
public sealed class TrackingSceneTests
{
    // The numbers that the segmentation service is asked for on its test clips.
    private const double LeastOverlap = 0.9;
    private const int Frames = 24;

    private static readonly Colour Red = new(210, 40, 40), Blue = new(40, 70, 210), Yellow = new(230, 210, 40), Purple = new(150, 40, 160);
    private static readonly Colour[] Colours = [Red, Blue, Yellow, Purple, new(240, 240, 240), new(40, 160, 60), new(20, 20, 20)];

    public static TheoryData<int, bool> Seeds()
    {
        var seeds = new TheoryData<int, bool>();
        for (var seed = 1; seed <= 10; seed++)
        {
            seeds.Add(seed, true);
            seeds.Add(seed, false);
        }

        return seeds;
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Track_TwoObjectsChangePlaces_KeepTheirIdentitiesWhateverTheModelTellsApart(int seed, bool tellsApart)
    {
        // Sizes, shapes, colours, speeds, paths and classes as the seed says; one passes in front of the other.
        var random = new Random(seed);
        double Between(double low, double high) => low + (random.NextDouble() * (high - low));
        var (first, second) = (random.Next(Colours.Length), random.Next(1, Colours.Length));
        Thing Walker(Colour colour, string name, double from, double to)
        {
            var (size, y, wave, phase) = (Between(22, 34), Between(42, 54), Between(0, 4), Between(0, 6));
            return new Thing(name, colour, size, random.Next(2) == 0, f =>
            {
                var done = f / (Frames - 1.0);
                return (from + ((to - from) * done), y + (wave * Math.Sin((6 * done) + phase)));
            });
        }

        var scene = new Scene(
            Walker(Colours[first], "cat", Between(22, 28), Between(98, 104)),
            Walker(Colours[(first + second) % Colours.Length], random.Next(2) == 0 ? "cat" : "dog", Between(98, 104), Between(22, 28)));

        var tracks = scene.Track(Frames, tellsApart ? scene.Instances : scene.Pieces);

        AssertKept(scene, tracks);
        Assert.InRange(scene.MeanOverlap(Frames, tracks), LeastOverlap, 1);
    }

    [Fact]
    public void Track_EqualObjectsThatMeetAndPart_StayTwo()
    {
        // Alike in class and colour, they meet in the middle for some frames, where a class map shows one piece, and go back.
        double Way(int f) => 12 * Math.Cos(f * Math.PI / 11.5);
        var scene = new Scene(
            new Thing("cat", Red, 26, false, f => (39 - Way(f), 48)),
            new Thing("cat", Red, 26, false, f => (88 + Way(f), 48)));
        Assert.Contains(Enumerable.Range(0, Frames), f => scene.Pieces(f).Count == 1);
        Assert.Equal(2, scene.Pieces(0).Count);

        var tracks = scene.Track(Frames, scene.Pieces);

        AssertKept(scene, tracks);
        Assert.InRange(scene.MeanOverlap(Frames, tracks), LeastOverlap, 1);
    }

    [Fact]
    public void Track_HiddenForLongerThanAMissingObjectIsWaitedFor_IsTheSameObject()
    {
        // A ball rolls behind a wall and is out of sight for more than twice the gap that an open object may have.
        var scene = new Scene(
            new Thing("ball", Yellow, 20, true, f => (10 + (4 * f), 50)),
            new Thing("wall", Purple, 64, false, _ => (64, 44)));
        Assert.InRange(Enumerable.Range(0, 28).Count(f => scene.Truth(f, 0).IsEmpty), 2 * RegionTracker.DefaultMaxGap, 28);

        var tracks = scene.Track(28, scene.Instances);

        Assert.Equal(["ball", "wall"], tracks.Select(t => t.ClassName).Order(StringComparer.Ordinal));
        Assert.Single(scene.Identities(28, 0, tracks).Distinct());
        Assert.All(Enumerable.Range(0, 28).Where(f => scene.Truth(f, 0).IsEmpty), f => Assert.True(tracks.Single(t => t.ClassName == "ball")[f]!.IsEmpty));
    }

    [Fact]
    public void Track_ComesBackElsewhere_IsKnownByItsLooks()
    {
        // Behind the wall the ball turns: it comes out above the place where it would be by its motion.
        static (double, double) Turning(int f) => f < 10 ? (10 + (4 * f), 60) : (10 + (4 * f), 60 - (1.5 * (f - 10)));
        var scene = new Scene(new Thing("ball", Yellow, 22, true, Turning), new Thing("wall", Purple, 56, false, _ => (64, 44)));

        Assert.Single(scene.Identities(28, 0, scene.Track(28, scene.Instances)).Distinct());
    }

    [Fact]
    public void Track_AnotherObjectComesOut_IsNotTakenForTheHiddenOne()
    {
        // The ball stays behind the wall, and something else comes out where it would have: nothing like it.
        var scene = new Scene(
            new Thing("ball", Yellow, 20, true, f => (Math.Min(10 + (4 * f), 60), 50)),
            new Thing("cat", Blue, 20, true, f => (f < 14 ? 62 : 62 + (4 * (f - 14)), 50)),
            new Thing("wall", Purple, 60, false, _ => (64, 44)));

        var tracks = scene.Track(28, scene.Instances);

        Assert.Equal(["ball", "cat", "wall"], tracks.Select(t => t.ClassName).Order(StringComparer.Ordinal));
        Assert.Null(tracks.Single(t => t.ClassName == "ball")[27]);
    }

    [Fact]
    public void Track_LeavesTheFrame_EndsThereAndWhatComesInNextIsNew()
    {
        var scene = new Scene(
            new Thing("cat", Red, 24, false, f => (90 + (6 * f), 30)),
            new Thing("cat", Red, 24, false, f => ((6 * f) - 90, 66)));

        var tracks = scene.Track(Frames, scene.Instances);

        Assert.Equal(2, tracks.Count);
        Assert.True(tracks[0].LastFound < tracks[1].FirstFrame);
    }

    [Fact]
    public void Track_BrokenInTwoInSomeFrames_StaysOne()
    {
        // Every fourth frame the model takes the right half for something else.
        var scene = new Scene(new Thing("cat", Red, 30, false, f => (30 + (2 * f), 48)));
        IReadOnlyList<Detection> Broken(int f)
        {
            var whole = scene.Instances(f)[0];
            if (f % 4 != 2)
                return [whole];
            var middle = (int)MaskGeometry.Centre(whole.Mask).X;
            Mask Half(bool left) => new(Scene.Width, Scene.Height, [.. whole.Mask.Set.Select((s, i) => i % Scene.Width < middle == left ? s : (byte)0)]);
            return [whole with { Mask = Half(left: true) }, new Detection("dog", 0.6, Half(left: false))];
        }

        var tracks = scene.Track(Frames, Broken);

        Assert.Equal("cat", Assert.Single(tracks).ClassName);
        Assert.InRange(scene.MeanOverlap(Frames, tracks), 0.95, 1);
    }

    [Fact]
    public void Track_ClassAndMaskFlickerWhileObjectsPass_NeitherIsLost()
    {
        // In passing the model names both wrongly by turns, and misses the rear one in every third frame.
        var scene = new Scene(
            new Thing("cat", Red, 28, true, f => (24 + (3.5 * f), 44)),
            new Thing("dog", Blue, 28, true, f => (104 - (3.5 * f), 54)));
        IReadOnlyList<Detection> Flicker(int f) =>
        [
            .. scene.Instances(f)
                .Where(d => d.ClassName == "dog" || f is < 8 or > 16 || f % 3 != 0)
                .Select(d => f is >= 8 and <= 16 && f % 2 == 0 ? d with { ClassName = d.ClassName == "cat" ? "dog" : "cat" } : d),
        ];

        var tracks = scene.Track(Frames, Flicker);

        AssertKept(scene, tracks);
        Assert.Equal(["cat", "dog"], tracks.Select(t => t.ClassName).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Track_TwoPeopleWalkSideBySide_AreNotMixedUp()
    {
        // They touch all the time and look alike; the model tells them apart, and that is what counts.
        var scene = new Scene(
            new Thing("person", Red, 24, false, f => (24 + (3 * f), 48)),
            new Thing("person", Red, 24, false, f => (48 + (3 * f), 48)));

        var tracks = scene.Track(Frames, scene.Instances);

        AssertKept(scene, tracks);
        Assert.InRange(scene.MeanOverlap(Frames, tracks), 0.97, 1);
    }

    private static void AssertKept(Scene scene, IReadOnlyList<Track> tracks)
    {
        Assert.Equal(scene.Things.Count, tracks.Count);
        var own = Enumerable.Range(0, scene.Things.Count).Select(t => Assert.Single(scene.Identities(Frames, t, tracks).Distinct())).ToList();
        Assert.Equal(own.Count, own.Distinct().Count());
    }
}
