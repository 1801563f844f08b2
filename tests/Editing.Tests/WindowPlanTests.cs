using VideoGrain.Editing.Attention;

namespace VideoGrain.Editing.Tests;

public sealed class WindowPlanTests
{
    private static readonly Gen<(int Frames, int Length, int Overlap, int Anchors, int Step)> Plans =
        from length in Gen.Choose(2, 12)
        from overlap in Gen.Choose(0, length - 1)
        from anchors in Gen.Choose(0, length - 1 - overlap)
        from frames in Gen.Choose(1, 60)
        from step in Gen.Choose(0, 3)
        select (frames, length, overlap, anchors, step);

    [Fact]
    public void Build_AnyPlan_CoversEveryFrameWithinTheLength() =>
        Prop.ForAll(Plans.ToArbitrary(), p =>
        {
            var windows = WindowPlan.Build(p.Frames, p.Length, p.Overlap, p.Anchors, p.Step);
            var weights = new float[p.Frames];
            foreach (var window in windows)
            {
                for (var i = 0; i < window.Frames.Length; i++) weights[window.Frames[i]] += window.Weights[i];
            }

            return weights.All(w => w > 0)
                && windows.All(w => w.Frames.Length <= p.Length && w.Frames.SequenceEqual(w.Frames.Distinct().Order()) && w.Frames[^1] < p.Frames);
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void Build_ShortClip_IsOneWindow()
    {
        var window = Assert.Single(WindowPlan.Build(5, 8, 2, 1, 3));

        Assert.Equal([0, 1, 2, 3, 4], window.Frames);
        Assert.All(window.Weights, weight => Assert.Equal(1, weight));
    }

    [Fact]
    public void Build_LongClip_SharesAnchorsAndMovesOnOddSteps()
    {
        var even = WindowPlan.Build(20, 8, 2, 1, 0);
        var odd = WindowPlan.Build(20, 8, 2, 1, 1);

        Assert.All(even, window => Assert.Contains(10, window.Frames));
        Assert.NotEqual(even[0].Frames, odd[0].Frames);
        Assert.Equal(0, even[0].Weights[^1]);
    }

    [Fact]
    public void Seams_OfALongClip_LieInTheMiddleOfEveryOverlap()
    {
        // Content 7 and stride 5: even windows begin at 0, 5, 10 and on, odd ones at -2, 3, 8 and on; of two frames shared the first is the earlier window's.
        Assert.Equal([3, 5, 8, 10, 13, 15], WindowPlan.Seams(20, 8, 2, 1));
    }

    [Fact]
    public void Seams_OfAClipThatFitsOnePass_AreNone() => Assert.Empty(WindowPlan.Seams(8, 8, 2, 1));
}
