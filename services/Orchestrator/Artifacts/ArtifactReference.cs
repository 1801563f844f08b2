namespace VideoGrain.Orchestrator.Artifacts;

/// <summary>What a stored artifact is known by.</summary>
/// <param name="Digest">The SHA-256 of its bytes.</param>
/// <param name="Length">Its size in bytes.</param>
public readonly record struct ArtifactReference(ArtifactDigest Digest, long Length);
