using VideoGrain.Orchestrator.Artifacts;

namespace VideoGrain.Orchestrator.Jobs;

/// <summary>A name about to be given to stored bytes.</summary>
/// <param name="Name">Unique within the job.</param>
/// <param name="Kind">What it is for.</param>
/// <param name="MediaType">Its media type.</param>
/// <param name="Reference">The bytes.</param>
public sealed record NewArtifact(string Name, JobArtifactKind Kind, string MediaType, ArtifactReference Reference);
