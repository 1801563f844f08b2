using VideoGrain.Orchestrator.Artifacts.S3;

namespace VideoGrain.Orchestrator.Artifacts;

/// <summary>Where artifacts are kept. Section <c>Store</c>.</summary>
public sealed class StoreOptions
{
    /// <summary>Name of the configuration section.</summary>
    public const string Section = "Store";

    /// <summary>The kind of store; replicas that share their jobs need one that they share, such as <see cref="StoreKind.S3"/>.</summary>
    public StoreKind Kind { get; set; } = StoreKind.Directory;

    /// <summary>The bucket, for <see cref="StoreKind.S3"/>.</summary>
    public S3StoreOptions S3 { get; } = new();

    internal bool IsValid => Kind != StoreKind.S3 || S3.IsValid;
}
