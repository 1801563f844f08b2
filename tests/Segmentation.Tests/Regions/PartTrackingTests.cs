using VideoGrain.Media;
using VideoGrain.Media.Flow;
using VideoGrain.Segmentation.Regions;

namespace VideoGrain.Segmentation.Tests.Regions;

/// <summary>Parts over time: each stays with its object.</summary>
public sealed class PartTrackingTests
{
    private const int Width = 96;
    private const int Height = 48;
    private const int Body = 20;

    [Fact]
    public void Track_PartThatJumpsWithItsObject_StaysTheSamePart()
    {
        // The object nods: from frame to frame the hat moves farther than it is wide, and no flow tells.
        var tracks = Run(6, f => [(Cat(30), false), (Hat(f % 2 == 0 ? 30 : 42), true)]);

        Assert.Equal(["cat", "hat"], tracks.Select(t => t.ClassName).Order(StringComparer.Ordinal));
        Assert.All(tracks, t => Assert.Equal(6, t.FoundCount));
    }

    [Fact]
    public void Track_OnePartFoundForTwoObjects_IsDividedAmongThem()
    {
        // In frames 2 and 3 the model takes the two hats for one.
        var tracks = Run(6, f => f is 2 or 3
            ? [(Cat(10), false), (Cat(60), false), (Hat(10).Union(Hat(60)), true)]
            : [(Cat(10), false), (Cat(60), false), (Hat(10), true), (Hat(60), true)]);

        Mask[] hats = [.. tracks.Where(t => t.ClassName == "hat").Select(t => t[3]!)];
        Assert.Equal(2, hats.Length);
        Assert.Equal([Hat(10).Set, Hat(60).Set], hats.Select(h => h.Set));
        Assert.All(tracks, t => Assert.Equal(6, t.FoundCount));
    }

    [Fact]
    public void Track_PartNotFoundForAWhile_TakesNothingFromItsObject()
    {
        var tracks = Run(7, f => f is 3 or 4 ? [(Cat(20), false)] : [(Cat(20), false), (Hat(20), true)]);

        Assert.Equal(2, tracks.Count);
        var (cat, hat) = (tracks.Single(t => t.ClassName == "cat"), tracks.Single(t => t.ClassName == "hat"));
        Assert.All(Enumerable.Range(0, 7), f => Assert.Equal(Cat(20).Count, cat[f]!.Count));
        Assert.Equal(Hat(20).Count, hat[4]!.Count);
        Assert.Equal(5, hat.FoundCount);
    }

    private static Mask Cat(int left) => Rectangle(left, 16, Body, Body);

    // Within the cat's mask, which holds its parts.
    private static Mask Hat(int left) => Rectangle(left, 16, Body / 2, 6);

    private static IReadOnlyList<Track> Run(int frames, Func<int, (Mask Mask, bool IsPart)[]> scene)
    {
        var tracker = new RegionTracker();
        for (var f = 0; f < frames; f++)
        {
            var picture = new Frame(Width, Height, new Colour(90, 120, 90));
            foreach (var (mask, isPart) in scene(f))
            {
                for (var i = 0; i < mask.Set.Length; i++)
                {
                    if (mask.Set[i] != 0)
                        picture[i % Width, i / Width] = isPart ? new Colour(20, 20, 20) : new Colour(200, 60, 40);
                }
            }

            tracker.Add(
                picture,
                [.. scene(f).Select(s => new Detection(s.IsPart ? "hat" : "cat", 0.9, s.Mask) { IsPart = s.IsPart })],
                f == 0 ? null : new(new FlowField(Width, Height, new float[2 * Width * Height], [.. Enumerable.Repeat(true, Width * Height)])));
        }

        return tracker.Complete();
    }

    private static Mask Rectangle(int left, int top, int width, int height)
    {
        var set = new byte[Width * Height];
        for (var y = top; y < top + height; y++)
            set.AsSpan((y * Width) + left, width).Fill(1);
        return new Mask(Width, Height, set);
    }
}
