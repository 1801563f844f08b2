namespace VideoGrain.Editing.Clustering;

/// <summary>A clustering.</summary>
/// <param name="Labels">Cluster of each point.</param>
/// <param name="Centroids">[clusters, width]: means of the clusters.</param>
/// <param name="Inertia">Sum of the squared distances of the points to their cluster's mean.</param>
public sealed record KMeansResult(int[] Labels, float[] Centroids, double Inertia);
