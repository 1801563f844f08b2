namespace VideoGrain.Editing.Clustering;

/// <summary>A region found by clustering.</summary>
/// <param name="Cluster">Index of its cluster.</param>
/// <param name="Noun">Index of the noun that names it, or null.</param>
/// <param name="Score">Score of the noun; comparable only within one clustering.</param>
/// <param name="Instance">Instance of the cluster, from 0, counted from left to right where the instances appear first.</param>
/// <param name="Mask">Where it lies, at the attention's resolution.</param>
public sealed record ClusterRegion(int Cluster, int? Noun, float Score, int Instance, LayoutMask Mask);
