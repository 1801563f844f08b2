namespace VideoGrain.Orchestrator.Artifacts;

/// <summary>A stored artifact's bytes no longer hash to its name.</summary>
/// <param name="digest">The digest the bytes should have.</param>
public sealed class ArtifactCorruptException(ArtifactDigest digest) : IOException($"Artifact {digest} is damaged: its bytes do not match its digest.")
{
    /// <summary>The digest the bytes should have.</summary>
    public ArtifactDigest Digest { get; } = digest;
}
