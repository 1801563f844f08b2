namespace VideoGrain.Orchestrator.Artifacts;

/// <summary>An artifact is not in the store.</summary>
/// <param name="digest">The digest that was asked for.</param>
public sealed class ArtifactMissingException(ArtifactDigest digest) : IOException($"No artifact {digest} is stored.")
{
    /// <summary>The digest that was asked for.</summary>
    public ArtifactDigest Digest { get; } = digest;
}
