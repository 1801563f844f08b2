using VideoGrain.Editing.Clustering;

namespace VideoGrain.Editing.Tests;

public sealed class InversionClustersTests
{
    private const int Side = 8;
    private const int Tokens = Side * Side;
    private const int Frames = 3;

    private static readonly Noun[] Nouns = [new("ball", [1]), new("sea", [2])];

    [Fact]
    public void Find_TwoBallsOnTheSea_NamesClustersAndFollowsEachBall()
    {
        var regions = Find(Nouns, 2, KMeans.DefaultRestarts);

        var balls = regions.Where(r => r.Noun == 0).ToArray();
        Assert.Equal(2, balls.Length);
        Assert.Single(regions, r => r.Noun == 1);
        foreach (var ball in balls)
        {
            // A ball moves one column per frame, and stays in its half of the frame.
            var columns = Enumerable.Range(0, Frames).Select(frame => First(ball.Mask, frame) % Side).ToArray();
            Assert.Equal([columns[0], columns[0] + 1, columns[0] + 2], columns);
        }
    }

    [Fact]
    public void Find_Instances_AreCountedFromLeftToRight()
    {
        var columns = Find(Nouns, 2, KMeans.DefaultRestarts).Where(r => r.Noun == 0).OrderBy(r => r.Instance).Select(r => First(r.Mask, 0) % Side);

        Assert.Equal([0, 4], columns);
    }

    [Fact]
    public void Find_SameSeed_FindsTheSame()
    {
        var (first, second) = (Find(Nouns, 2, 1), Find(Nouns, 2, 1));

        Assert.Equal(first.Select(r => (r.Cluster, r.Noun, r.Score, r.Instance)), second.Select(r => (r.Cluster, r.Noun, r.Score, r.Instance)));
        Assert.Equal(first.SelectMany(r => r.Mask.Values.ToArray()), second.SelectMany(r => r.Mask.Values.ToArray()));
    }

    [Fact]
    public void Find_ImpossibleOptions_AreReportedTogether()
    {
        var failure = Assert.Throws<EditException>(() => Find([new("sun", [99])], 0, 0));

        Assert.Equal(["cluster_count", "restarts", "nouns[0]"], failure.Violations.Select(v => v.Field));
    }

    [Fact]
    public void Resolve_NounWithAndWithoutInstance_GivesItsMask()
    {
        var found = Find(Nouns, 2, KMeans.DefaultRestarts);

        var regions = InversionClusters.Resolve(found, Nouns, [new("ball", 1, "a cube"), new("ball", null, "two cubes")]);

        Assert.Equal(["a cube", "two cubes"], regions.Select(r => r.Phrase));
        Assert.Equal(4 * Frames, regions[0].Mask.Values.ToArray().Sum(v => v));
        Assert.Equal(8 * Frames, regions[1].Mask.Values.ToArray().Sum(v => v));
    }

    [Fact]
    public void Resolve_NothingFound_NamesTheRegion()
    {
        var failure = Assert.Throws<EditException>(() => InversionClusters.Resolve([], Nouns, [new("ball", 3, "a cube")]));

        Assert.Equal((EditReasons.NounNotFound, "regions[0].noun"), (failure.Reason, failure.Field));
    }

    [Fact]
    public void Locate_NounMissingFromThePrompt_IsRefused()
    {
        int[] prompt = [90, 5, 6, 7, 91];

        Assert.Equal([2, 3], Assert.Single(InversionClusters.Locate(prompt, [("six seven", [6, 7])])).Tokens);
        Assert.Equal("nouns[1]", Assert.Throws<EditException>(() => InversionClusters.Locate(prompt, [("a", [5]), ("b", [8])])).Field);
    }

    [Fact]
    public void Label_DiagonalNeighbours_AreOnePart()
    {
        var (labels, sizes) = ConnectedComponents.Label([1, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 1], 4);

        Assert.Equal([3, 1], sizes);
        Assert.Equal(labels[4], labels[9]);
        Assert.NotEqual(labels[0], labels[15]);
    }

    [Fact]
    public void Label_AnyMask_CountsEveryPixelOnce() =>
        Prop.ForAll(Gen.Choose(0, 1).Select(v => (byte)v).ArrayOf(30).ToArbitrary(), mask =>
        {
            var (labels, sizes) = ConnectedComponents.Label(mask, 6);
            return sizes.Sum() == mask.Sum(v => v)
                && sizes.SequenceEqual(sizes.OrderDescending())
                && labels.Zip(mask).All(p => p.First >= 0 == (p.Second != 0));
        }).QuickCheckThrowOnFailure();

    private static IReadOnlyList<ClusterRegion> Find(IReadOnlyList<Noun> nouns, int clusters, int restarts) =>
        InversionClusters.Find(
            Record(), nouns, new ClusterOptions { Clusters = clusters, Restarts = restarts }, TestContext.Current.CancellationToken);

    /// <summary>Two balls of two by two tokens that move right; tokens attend to their own kind.</summary>
    private static AttentionRecord Record()
    {
        var self = new float[Frames * Tokens * Tokens];
        var cross = new float[Frames * Tokens * 4];
        for (var frame = 0; frame < Frames; frame++)
        {
            for (var query = 0; query < Tokens; query++)
            {
                var ball = IsBall(frame, query);
                cross[(frame * Tokens + query) * 4 + 1] = ball ? 3 : 1;
                cross[(frame * Tokens + query) * 4 + 2] = ball ? 4 : 5;
                for (var key = 0; key < Tokens; key++)
                    self[(frame * Tokens + query) * Tokens + key] = IsBall(frame, key) == ball ? 0.01f : 0;
            }
        }

        return new AttentionRecord(Frames, Side, Side, 4, self, cross);
    }

    private static bool IsBall(int frame, int token)
    {
        var (y, x) = (token / Side, token % Side - frame);
        return ((y is 1 or 2) && (x is 0 or 1)) || ((y is 5 or 6) && (x is 4 or 5));
    }

    private static int First(LayoutMask mask, int frame) => mask.Values.Span.Slice(frame * Tokens, Tokens).IndexOf((byte)1);
}
