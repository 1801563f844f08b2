namespace VideoGrain.Orchestrator.Artifacts;

/// <summary>An artifact outgrew the limit it was begun with.</summary>
/// <param name="maxBytes">The limit in bytes.</param>
public sealed class ArtifactLimitExceededException(long maxBytes) : IOException($"The artifact is larger than {maxBytes} bytes.")
{
    /// <summary>The limit in bytes.</summary>
    public long MaxBytes { get; } = maxBytes;
}
