namespace VideoGrain.Editing.Clustering;

/// <summary>How inversion attention becomes regions.</summary>
public sealed record ClusterOptions
{
    /// <summary>Most clusters.</summary>
    public const int MaxClusters = 16;

    /// <summary>Clusters, 1..16.</summary>
    public int Clusters { get; init; } = 3;

    /// <summary>Starts of k-means, 1..100.</summary>
    public int Restarts { get; init; } = KMeans.DefaultRestarts;

    /// <summary>Seed of the clustering.</summary>
    public ulong Seed { get; init; }

    /// <summary>Split clusters into connected parts, each an instance with its own identity over the frames.</summary>
    public bool SplitInstances { get; init; } = true;

    /// <summary>Parts smaller than this share of the cluster's largest, 0..1, belong to no instance.</summary>
    public float LeastInstance { get; init; } = 0.25f;

    /// <summary>
    /// Compare words by how far a score lies above the word's own mean over the clip, in standard deviations; the clearest match is named
    /// first, and a cluster without evidence gets no name. Published: no, raw scores are compared, though words differ in level, cluster by cluster.
    /// </summary>
    public bool StandardizeScores { get; init; } = true;

    /// <summary>Everything that is out of range.</summary>
    public IReadOnlyList<OptionViolation> Validate(int points)
    {
        var violations = new List<OptionViolation>();
        if (Clusters is < 1 or > MaxClusters) violations.Add(new("cluster_count", $"must be from 1 to {MaxClusters}, got {Clusters}"));
        else if (Clusters > points)
            violations.Add(new("cluster_count", $"{Clusters} clusters need as many points, a frame has {points}", EditReasons.TooManyClusters));
        if (Restarts is < 1 or > 100) violations.Add(new("restarts", $"must be from 1 to 100, got {Restarts}"));
        if (!(LeastInstance is >= 0 and <= 1)) violations.Add(new("least_instance", $"must be from 0 to 1, got {LeastInstance}"));
        return violations;
    }
}
