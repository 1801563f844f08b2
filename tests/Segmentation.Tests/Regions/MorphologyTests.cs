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
    public void Join_CornersTouch_AreOnePiece()
    {
        int[] labels = [1, 0, 0, 2, 0, 1, 0, 2, 0, 0, 0, 0, 1, 0, 0, 0];

        List<PixelRun> runs = ConnectedRuns.Runs(labels, 4, 4);

        Assert.Equal([2, 2, 1], ConnectedRuns.Join(runs, 4, corners: true).Select(piece => piece.Sum(run => run.Length)));
        Assert.Equal([1, 2, 1, 1], ConnectedRuns.Join(runs, 4, corners: false).Select(piece => piece.Sum(run => run.Length)));
    }

    [Fact]
    public void Join_AnyMask_IsWhatAFloodReaches() => Prop.ForAll(Masks(), ArbMap.Default.ArbFor<bool>(), (mask, corners) =>
    {
        var pieceOf = new int[mask.Set.Length];
        foreach (var (index, piece) in ConnectedRuns.Join(ConnectedRuns.Runs(mask.Set, mask.Width, mask.Height, inside: 1), mask.Width, corners).Index())
        {
            foreach (var run in piece)
                pieceOf.AsSpan(run.Start, run.Length).Fill(index + 1);
        }

        return Flood(mask, corners).SequenceEqual(pieceOf);
    }).QuickCheckThrowOnFailure();

    // Numbers pieces by their first pixels, one pixel at a time.
    private static int[] Flood(Mask mask, bool corners)
    {
        var (pieces, pieceOf, open) = (0, new int[mask.Set.Length], new Stack<(int X, int Y)>());
        for (var start = 0; start < pieceOf.Length; start++)
        {
            if (mask.Set[start] == 0 || pieceOf[start] != 0)
                continue;
            pieces++;
            open.Push((start % mask.Width, start / mask.Width));
            while (open.TryPop(out var at))
            {
                var (x, y) = at;
                if (x < 0 || y < 0 || x >= mask.Width || y >= mask.Height || mask.Set[(y * mask.Width) + x] == 0 || pieceOf[(y * mask.Width) + x] != 0)
                    continue;
                pieceOf[(y * mask.Width) + x] = pieces;
                for (var dy = -1; dy <= 1; dy++)
                {
                    for (var dx = -1; dx <= 1; dx++)
                    {
                        if (corners || dx == 0 || dy == 0)
                            open.Push((x + dx, y + dy));
                    }
                }
            }
        }

        return pieceOf;
    }

    private static Arbitrary<Mask> Masks()
        => Gen.Choose(1, 12).Zip(Gen.Choose(1, 12))
            .SelectMany(s => Gen.Choose(0, 1).Select(b => (byte)b).ArrayOf(s.Item1 * s.Item2).Select(set => new Mask(s.Item1, s.Item2, set)))
            .ToArbitrary();

    private static Mask Parse(params string[] rows)
        => new(rows[0].Length, rows.Length, [.. rows.SelectMany(r => r).Select(c => c == '#' ? (byte)1 : (byte)0)]);
}
