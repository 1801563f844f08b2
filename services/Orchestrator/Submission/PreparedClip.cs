using VideoGrain.Orchestrator.Artifacts;
using VideoGrain.Orchestrator.Jobs;

namespace VideoGrain.Orchestrator.Submission;

/// <summary>A submission's uploads, decoded and stored.</summary>
/// <param name="Shape">The clip as the stages will see it.</param>
/// <param name="Frames">Its frames.</param>
/// <param name="Warnings">What the caller should know.</param>
internal sealed record PreparedClip(ClipShape Shape, ArtifactDigest Frames, IReadOnlyList<string> Warnings);
