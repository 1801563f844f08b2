namespace VideoGrain.Orchestrator.Artifacts;

/// <summary>Keeps a freshly committed artifact from being collected until it is disposed.</summary>
public sealed class ArtifactPin : IDisposable
{
    private ArtifactPins? _owner;

    internal ArtifactPin(ArtifactPins owner, ArtifactReference reference)
    {
        _owner = owner;
        Reference = reference;
    }

    /// <summary>The artifact that is kept.</summary>
    public ArtifactReference Reference { get; }

    /// <summary>Lets go; further calls do nothing.</summary>
    public void Dispose() => Interlocked.Exchange(ref _owner, null)?.Release(Reference.Digest);
}
