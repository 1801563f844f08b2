namespace VideoGrain.Orchestrator.Artifacts;

/// <summary>The store has no room left.</summary>
/// <param name="cause">What the operating system said.</param>
public sealed class ArtifactStoreFullException(IOException cause) : IOException("The artifact store is full.", cause);
