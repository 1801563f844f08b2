namespace VideoGrain.Segmentation.Pipelines;

/// <summary>Names of the estimators that need no model.</summary>
internal static class BuiltIns
{
    public const string Canny = "canny";
    public const string SoftEdge = "soft-edge";
    public const string Flow = "pyramidal-flow";
}
