using VideoGrain.Protos.V1;

namespace VideoGrain.Orchestrator.Submission;

/// <summary>A message of a submission, whichever call brings it.</summary>
/// <param name="Specification">The specification, when the message holds it.</param>
/// <param name="Upload">The piece of an upload, when the message holds one.</param>
internal sealed record SubmissionMessage(EditSpecification? Specification, UploadChunk? Upload);
