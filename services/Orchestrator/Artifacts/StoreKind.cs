namespace VideoGrain.Orchestrator.Artifacts;

/// <summary>Where artifacts are kept.</summary>
public enum StoreKind
{
    /// <summary>In a folder below the data folder.</summary>
    Directory,

    /// <summary>In a bucket of an S3-compatible store.</summary>
    S3,
}
