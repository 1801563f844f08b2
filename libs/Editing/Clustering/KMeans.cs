using System.Numerics;
using VideoGrain.Editing.Random;

namespace VideoGrain.Editing.Clustering;

/// <summary>Lloyd's k-means with k-means++ seeding and restarts; deterministic for a seed.</summary>
public static class KMeans
{
    /// <summary>Restarts of the released program's library.</summary>
    public const int DefaultRestarts = 10;

    private const int MostIterations = 300;

    /// <summary>Clusters points.</summary>
    /// <param name="points">[n, width], row-major, finite.</param>
    /// <param name="width">Features of a point.</param>
    /// <param name="clusters">Number of clusters, 1..n.</param>
    /// <param name="seed">Seed of the starts.</param>
    /// <param name="stream">Tells apart runs under one seed, such as the frames of a clip.</param>
    /// <param name="restarts">Starts; the best result is kept.</param>
    /// <exception cref="EditException">More clusters than points.</exception>
    public static KMeansResult Run(
        ReadOnlySpan<float> points, int width, int clusters, ulong seed, uint stream = 0, int restarts = DefaultRestarts)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(restarts, 1);
        var count = points.Length / width;
        if (clusters < 1 || clusters > count)
            throw new EditException(EditReasons.TooManyClusters, "clusters", $"must be from 1 to the number of points ({count}), got {clusters}");
        var random = new CounterRandom(seed, NoisePurpose.Clustering, stream);
        KMeansResult? best = null;
        for (var restart = 0; restart < restarts; restart++)
        {
            var result = Refine(points, width, Seed(points, width, clusters, random, (ulong)(restart * clusters)));
            if (best is null || result.Inertia < best.Inertia) best = result;
        }

        return best!;
    }

    /// <summary>Each further centre is a point drawn with probability proportional to its squared distance from the centres so far.</summary>
    private static float[] Seed(ReadOnlySpan<float> points, int width, int clusters, CounterRandom random, ulong position)
    {
        var count = points.Length / width;
        var centroids = new float[clusters * width];
        var distances = new double[count];
        distances.AsSpan().Fill(double.PositiveInfinity);
        var chosen = (int)(random.Uniform(position) * count);
        for (var cluster = 0; ;)
        {
            points.Slice(chosen * width, width).CopyTo(centroids.AsSpan(cluster * width));
            if (++cluster == clusters) return centroids;
            double total = 0;
            for (var i = 0; i < count; i++)
            {
                distances[i] = Math.Min(distances[i], Distance(points.Slice(i * width, width), points.Slice(chosen * width, width)));
                total += distances[i];
            }

            var target = random.Uniform(position + (ulong)cluster) * total;
            chosen = 0;
            while (chosen < count - 1 && (target -= distances[chosen]) >= 0) chosen++;
        }
    }

    /// <summary>Lloyd's iterations from given centres, until no point changes its cluster.</summary>
    /// <param name="points">[n, width], row-major, finite.</param>
    /// <param name="width">Features of a point.</param>
    /// <param name="start">[clusters, width]: the centres.</param>
    public static KMeansResult Refine(ReadOnlySpan<float> points, int width, ReadOnlySpan<float> start)
    {
        var centroids = start.ToArray();
        var (count, clusters) = (points.Length / width, centroids.Length / width);
        var labels = new int[count];
        var distances = new double[count];
        for (var iteration = 0; ; iteration++)
        {
            var changed = Assign(points, width, centroids, labels, distances);
            if ((iteration > 0 && !changed) || iteration == MostIterations) break;
            Recentre(points, width, clusters, centroids, labels, distances);
        }

        return new KMeansResult(labels, centroids, distances.Sum());
    }

    private static bool Assign(ReadOnlySpan<float> points, int width, float[] centroids, int[] labels, double[] distances)
    {
        var changed = false;
        for (var i = 0; i < labels.Length; i++)
        {
            var (nearest, least) = (0, double.PositiveInfinity);
            for (var cluster = 0; cluster < centroids.Length / width; cluster++)
            {
                var distance = Distance(points.Slice(i * width, width), centroids.AsSpan(cluster * width, width));
                if (distance < least) (nearest, least) = (cluster, distance);
            }

            changed |= labels[i] != nearest;
            (labels[i], distances[i]) = (nearest, least);
        }

        return changed;
    }

    /// <summary>A cluster that lost all its points takes the point farthest from its own centre.</summary>
    private static void Recentre(ReadOnlySpan<float> points, int width, int clusters, float[] centroids, int[] labels, double[] distances)
    {
        var sizes = new int[clusters];
        foreach (var label in labels) sizes[label]++;
        for (var cluster = 0; cluster < clusters; cluster++)
        {
            if (sizes[cluster] > 0) continue;
            var farthest = Enumerable.Range(0, labels.Length).Where(i => sizes[labels[i]] > 1).MaxBy(i => distances[i]);
            sizes[labels[farthest]]--;
            (labels[farthest], distances[farthest], sizes[cluster]) = (cluster, 0, 1);
        }

        var sums = new double[centroids.Length];
        for (var i = 0; i < labels.Length; i++)
        {
            var sum = sums.AsSpan(labels[i] * width, width);
            var point = points.Slice(i * width, width);
            for (var j = 0; j < width; j++) sum[j] += point[j];
        }

        for (var i = 0; i < centroids.Length; i++) centroids[i] = (float)(sums[i] / sizes[i / width]);
    }

    private static double Distance(ReadOnlySpan<float> a, ReadOnlySpan<float> b)
    {
        var vector = Vector<float>.Zero;
        var i = 0;
        for (; i <= a.Length - Vector<float>.Count; i += Vector<float>.Count)
        {
            var difference = new Vector<float>(a[i..]) - new Vector<float>(b[i..]);
            vector += difference * difference;
        }

        double sum = Vector.Sum(vector);
        for (; i < a.Length; i++) sum += (a[i] - b[i]) * (a[i] - b[i]);
        return sum;
    }
}
