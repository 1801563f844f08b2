using VideoGrain.Editing.Clustering;

namespace VideoGrain.Editing.Tests;

public sealed class ClusteringTests
{
    private static readonly Gen<float[]> Points = Gen.Choose(-50, 50).Select(v => v / 10f).ListOf()
        .Where(values => values.Count >= 6).Select(values => values.Take(values.Count / 2 * 2).ToArray());

    [Fact]
    public void Run_AnyPoints_IsDeterministicAndAssignsTheNearestCentre() =>
        Prop.ForAll(Points.ToArbitrary(), Gen.Choose(1, 3).ToArbitrary(), (points, clusters) =>
        {
            var first = KMeans.Run(points, 2, clusters, seed: 5);
            var second = KMeans.Run(points, 2, clusters, seed: 5);
            return first.Labels.SequenceEqual(second.Labels) && first.Inertia == second.Inertia
                && Enumerable.Range(0, first.Labels.Length).All(i => Enumerable.Range(0, clusters).All(c =>
                    Distance(points, i, first.Centroids, first.Labels[i]) <= Distance(points, i, first.Centroids, c) + 1e-5));
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void Run_ClearGroups_FindsThem()
    {
        float[] points = [0, 0, 0, 1, 10, 10, 10, 11, -10, 10, -10, 11];

        var labels = KMeans.Run(points, 2, 3, seed: 1).Labels;

        Assert.Equal(3, labels.Distinct().Count());
        Assert.Equal([labels[0], labels[2], labels[4]], [labels[1], labels[3], labels[5]]);
    }

    [Fact]
    public void Run_MoreClustersThanPoints_IsRefused()
    {
        var failure = Assert.Throws<EditException>(() => KMeans.Run([1, 2], 1, 3, seed: 0));

        Assert.Equal(EditReasons.TooManyClusters, failure.Reason);
    }

    [Fact]
    public void Assign_ClustersInOrder_TakeTheBestNounLeft()
    {
        // Cluster 0 takes noun 1; cluster 1 prefers it too but has to take noun 0; nothing is left for cluster 2.
        float[] scores = [0.5f, 0.9f, 0.05f, 0.8f, 0.9f, 0.9f];

        Assert.Equal([1, 0, null], NounAssignment.Assign(scores, 2, NounAssignment.PublishedThreshold));
    }

    [Fact]
    public void AssignBestFirst_ClearestMatch_IsNamedBeforeTheOthers()
    {
        // Cluster 1 has the clearest claim on noun 1, so cluster 0 takes noun 0; nothing speaks for cluster 2.
        float[] scores = [0.5f, 0.8f, 0.1f, 0.9f, -0.2f, 0];

        Assert.Equal([0, 1, null], NounAssignment.AssignBestFirst(scores, 2));
    }

    [Fact]
    public void Scores_NounOfSeveralTokens_AverageOverItsTokensAndPixels()
    {
        float[] cross = [0, 1, 3, 0, 3, 5];

        var scores = NounAssignment.Scores([0, 0], 1, cross, 3, [new Noun("x", [1, 2])]);

        Assert.Equal([3f], scores);
    }

    private static double Distance(float[] points, int point, float[] centroids, int centroid) =>
        Math.Pow(points[2 * point] - centroids[2 * centroid], 2) + Math.Pow(points[2 * point + 1] - centroids[2 * centroid + 1], 2);
}
