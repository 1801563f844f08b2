using VideoGrain.Editing.Trajectories;
using VideoGrain.Tensors;

namespace VideoGrain.Editing.Tests;

public sealed class TrajectoryTests
{
    private static readonly Gen<(FlowField Flow, int Frames, int Rows, int Columns)> Flows =
        from frames in Gen.Choose(1, 4)
        from rows in Gen.Choose(1, 6)
        from columns in Gen.Choose(1, 6)
        from values in Gen.Choose(-30, 30).ArrayOf((frames - 1) * rows * 8 * columns * 8 * 2)
        select (new FlowField(frames - 1, rows * 8, columns * 8, [.. values.Select(v => (float)v)]), frames, rows, columns);

    [Fact]
    public void Follow_AnyFlow_PutsEachTokenInExactlyOneTrajectory() =>
        Prop.ForAll(Flows.ToArbitrary(), Arb.From(Gen.Elements(true, false)), (c, anyShape) =>
        {
            var links = Links(c);
            var trajectories = TrajectoryTable.Follow(links, anyShape);
            var perFrame = c.Rows * c.Columns;
            return trajectories.SelectMany(t => t).Order().SequenceEqual(Enumerable.Range(0, c.Frames * perFrame))
                && trajectories.All(t => t.Zip(t.Skip(1)).All(p => p.Second / perFrame == p.First / perFrame + 1));
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void Build_AnyFlow_LinksTokensOneToOne() =>
        Prop.ForAll(Flows.ToArbitrary(), c =>
        {
            var links = Links(c);
            return Enumerable.Range(0, links.Next.Length).All(token =>
                (links.Next[token] == TrajectoryLinks.None || links.Previous[links.Next[token]] == token)
                && (links.Previous[token] == TrajectoryLinks.None || links.Next[links.Previous[token]] == token));
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void Select_AnyFlow_ListsTheTokenItselfFirst() =>
        Prop.ForAll(Flows.ToArbitrary(), Arb.From(Gen.Elements(true, false)), (c, membersOnly) =>
        {
            var selection = TrajectoryTable.Build(Links(c), TrajectoryTable.FinestRadius, anyShape: true).Select(membersOnly);
            return Enumerable.Range(0, selection.Queries).All(token => selection.Indices[token * selection.Width] == token);
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void Build_ConflictingTokens_TheNearestKeepsTheLink()
    {
        // Token 0 flows 0.6 and token 1 flows 0.1 of a token's width to the right of it, so both round to token 1.
        var flow = new FlowField(1, 1, 2, [0.6f, 0, 0.1f, 0]);

        var links = TrajectoryLinks.Build(flow, [0, 1], 1, 2);

        Assert.Equal([TrajectoryLinks.None, 3, TrajectoryLinks.None, TrajectoryLinks.None], links.Next);
    }

    [Fact]
    public void Build_FramesThatAreNoNeighbours_AreNotLinked()
    {
        var flow = new FlowField(3, 8, 8, new float[3 * 8 * 8 * 2]);

        var links = TrajectoryLinks.Build(flow, [0, 2, 3], 1, 1);

        Assert.Equal([TrajectoryLinks.None, 2, TrajectoryLinks.None], links.Next);
    }

    [Fact]
    public void Build_StillClip_JoinsEveryPlaceOverAllFrames()
    {
        var flow = new FlowField(2, 16, 16, new float[2 * 16 * 16 * 2]);

        var selection = TrajectoryTable.Build(TrajectoryLinks.Build(flow, [0, 1, 2], 2, 2), TrajectoryTable.CoarseRadius, true).Select(true);

        Assert.Equal(3, selection.Width);
        Assert.Equal([5, 1, 9], selection.Indices.AsSpan(5 * 3, 3).ToArray());
        Assert.DoesNotContain(KeySelection.None, selection.Indices);
    }

    [Fact]
    public void Build_NonFiniteFlow_CutsTheLink()
    {
        var flow = new FlowField(1, 1, 1, [float.NaN, float.PositiveInfinity]);

        Assert.Equal([TrajectoryLinks.None, TrajectoryLinks.None], TrajectoryLinks.Build(flow, [0, 1], 1, 1).Next);
    }

    private static TrajectoryLinks Links((FlowField Flow, int Frames, int Rows, int Columns) c) =>
        TrajectoryLinks.Build(c.Flow, [.. Enumerable.Range(0, c.Frames)], c.Rows, c.Columns);
}
