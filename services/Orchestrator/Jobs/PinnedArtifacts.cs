using VideoGrain.Orchestrator.Artifacts;

namespace VideoGrain.Orchestrator.Jobs;

/// <summary>Artifacts that are stored but not yet recorded: kept while this lives, and collected when it goes unless they were recorded.</summary>
internal sealed class PinnedArtifacts(ArtifactCollector collector) : IAsyncDisposable
{
    private const string MediaType = "application/octet-stream";
    private readonly List<ArtifactPin> _pins = [];
    private readonly List<NewArtifact> _artifacts = [];

    /// <summary>The artifacts so far.</summary>
    public IReadOnlyList<NewArtifact> All => _artifacts;

    /// <summary>Takes over a pin and gives its artifact a name.</summary>
    public NewArtifact Add(string name, JobArtifactKind kind, ArtifactPin pin, string mediaType = MediaType)
    {
        var artifact = new NewArtifact(name, kind, mediaType, pin.Reference);
        _pins.Add(pin);
        _artifacts.Add(artifact);
        return artifact;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var pin in _pins)
            pin.Dispose();

        // What was recorded meanwhile is referenced, and the collector leaves it alone.
        await collector.CollectAsync(_artifacts.Select(artifact => artifact.Reference.Digest), CancellationToken.None);
    }
}
