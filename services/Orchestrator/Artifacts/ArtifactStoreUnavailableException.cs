namespace VideoGrain.Orchestrator.Artifacts;

/// <summary>The store cannot be reached, answers with errors, or lost the connection, and trying again did not help so far.</summary>
/// <param name="message">What was tried and what came of it; holds no credentials.</param>
/// <param name="cause">The last error.</param>
public sealed class ArtifactStoreUnavailableException(string message, Exception? cause = null) : IOException(message, cause);
