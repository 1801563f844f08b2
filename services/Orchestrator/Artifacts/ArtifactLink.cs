namespace VideoGrain.Orchestrator.Artifacts;

/// <summary>A URL that gives an artifact to whoever has it, for a while.</summary>
/// <param name="Url">Where to GET the bytes.</param>
/// <param name="ExpiresAt">When the URL stops working.</param>
public sealed record ArtifactLink(Uri Url, DateTimeOffset ExpiresAt);
