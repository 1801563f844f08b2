namespace VideoGrain.Orchestrator.Artifacts;

/// <summary>The store cannot be reached, answers with errors, or lost the connection, and trying again did not help so far.</summary>
/// <param name="message">What was tried and what came of it; holds no credentials.</param>
/// <param name="cause">The last error.</param>
public sealed class ArtifactStoreUnavailableException(string message, Exception? cause = null) : IOException(message, cause)
{
    /// <summary>Whether the store serves nobody: it cannot be reached, or says that it fails. Otherwise it is at odds with this one request, and may be so for ever.</summary>
    public bool IsOutage { get; init; }
}
