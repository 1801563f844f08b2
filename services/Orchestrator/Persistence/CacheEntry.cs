using VideoGrain.Orchestrator.Artifacts;

namespace VideoGrain.Orchestrator.Persistence;

/// <summary>A result that depends only on what its key hashes, kept for the next job that needs it.</summary>
public sealed class CacheEntry
{
    /// <summary>SHA-256 of everything the result depends on, 64 hexadecimal digits.</summary>
    public required string Key { get; init; }

    /// <summary>What the result is, such as <c>inversion</c>.</summary>
    public required string Kind { get; init; }

    /// <summary>The frames the result was computed from: it goes when the last job on them is deleted.</summary>
    public required ArtifactDigest Source { get; init; }

    /// <summary>Bytes of all its artifacts.</summary>
    public required long Length { get; init; }

    /// <summary>When it was last stored or used; the least recently used entry goes first.</summary>
    public required DateTimeOffset LastUsedAt { get; set; }

    /// <summary>Its artifacts.</summary>
    public ICollection<CacheArtifact> Artifacts { get; init; } = [];
}
