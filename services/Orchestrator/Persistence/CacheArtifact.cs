using VideoGrain.Orchestrator.Artifacts;

namespace VideoGrain.Orchestrator.Persistence;

/// <summary>One artifact of a cached result.</summary>
public sealed class CacheArtifact
{
    /// <summary>The entry it belongs to.</summary>
    public required string Key { get; init; }

    /// <summary>The name it has within every job that uses it.</summary>
    public required string Name { get; init; }

    /// <summary>Where the bytes are.</summary>
    public required ArtifactDigest Digest { get; init; }

    /// <summary>Size in bytes.</summary>
    public required long Length { get; init; }
}
