namespace VideoGrain.Orchestrator.Artifacts;

/// <summary>The store refuses this service's credentials: they are unknown, expired, or do not allow what was tried.</summary>
/// <param name="code">The store's error code, such as ExpiredToken.</param>
/// <param name="cause">The store's answer.</param>
public sealed class ArtifactStoreDeniedException(string code, Exception cause)
    : IOException($"The artifact store refuses this service's credentials ({code}).", cause)
{
    /// <summary>The store's error code.</summary>
    public string Code { get; } = code;
}
