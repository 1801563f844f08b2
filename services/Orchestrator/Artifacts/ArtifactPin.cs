namespace VideoGrain.Orchestrator.Artifacts;

/// <summary>Keeps a freshly committed artifact from being collected until it is disposed.</summary>
public sealed class ArtifactPin : IDisposable
{
    private Action? _release;

    internal ArtifactPin(ArtifactReference reference, Action release)
    {
        Reference = reference;
        _release = release;
    }

    /// <summary>The artifact that is kept.</summary>
    public ArtifactReference Reference { get; }

    /// <summary>Lets go; further calls do nothing.</summary>
    public void Dispose() => Interlocked.Exchange(ref _release, null)?.Invoke();
}
