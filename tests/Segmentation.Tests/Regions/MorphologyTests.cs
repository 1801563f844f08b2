using FsCheck;
using FsCheck.Fluent;
using VideoGrain.Media;
using VideoGrain.Segmentation.Regions;

namespace VideoGrain.Segmentation.Tests.Regions;

public sealed class MorphologyTests
{
    [Fact]
    public void DilateAndErode_AnyMask_EqualTheirDefinitions()
        => Prop.ForAll(Masks(), Gen.Choose(0, 3).ToArbitrary(), (mask, radius) =>
        {
            bool InWindow(int x, int y, Func<byte, bool> any)
            {
                for (var ny = Math.Max(0, y - radius); ny <= Math.Min(mask.Height - 1, y + radius); ny++)
                {
                    for (var nx = Math.Max(0, x - radius); nx <= Math.Min(mask.Width - 1, x + radius); nx++)
                    {
                        if (any(mask.Set[(ny * mask.Width) + nx]))
                            return true;
                    }
                }

                return false;
            }

            var (dilated, eroded) = (Morphology.Dilate(mask, radius), Morphology.Erode(mask, radius));
            return Enumerable.Range(0, mask.Set.Length).All(i =>
                dilated.Set[i] != 0 == InWindow(i % mask.Width, i / mask.Width, b => b != 0)
                && eroded.Set[i] == 0 == InWindow(i % mask.Width, i / mask.Width, b => b == 0));
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void CloseAndOpen_AnyMask_OnlyAddAndOnlyRemove()
        => Prop.ForAll(Masks(), Gen.Choose(0, 3).ToArbitrary(), (mask, radius) =>
            MaskGeometry.Common(mask, Morphology.Close(mask, radius)) == mask.Count
            && MaskGeometry.Common(mask, Morphology.Open(mask, radius)) == Morphology.Open(mask, radius).Count).QuickCheckThrowOnFailure();

    [Fact]
    public void FillHoles_Ring_BecomesADisc()
    {
        var ring = Parse("........", ".#####..", ".#...#..", ".#.#.#..", ".#...#..", ".#####.#");

        Assert.Equal(Parse("........", ".#####..", ".#####..", ".#####..", ".#####..", ".#####.#").Set, Morphology.FillHoles(ring).Set);
    }

    [Fact]
    public void Components_CornersTouch_AreOnePiece()
    {
        int[] labels = [1, 0, 0, 2, 0, 1, 0, 2, 0, 0, 0, 0, 1, 0, 0, 0];

        var pieces = ConnectedComponents.Find(4, 4, labels);

        Assert.Equal([2, 2, 1], pieces.Select(p => p.Count));
    }

    private static Arbitrary<Mask> Masks()
        => Gen.Choose(1, 12).Zip(Gen.Choose(1, 12))
            .SelectMany(s => Gen.Choose(0, 1).Select(b => (byte)b).ArrayOf(s.Item1 * s.Item2).Select(set => new Mask(s.Item1, s.Item2, set)))
            .ToArbitrary();

    private static Mask Parse(params string[] rows)
        => new(rows[0].Length, rows.Length, [.. rows.SelectMany(r => r).Select(c => c == '#' ? (byte)1 : (byte)0)]);
}
