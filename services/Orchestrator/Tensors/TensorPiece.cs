using VideoGrain.Orchestrator.Artifacts;

namespace VideoGrain.Orchestrator.Tensors;

/// <summary>Bytes of a tensor within a stored artifact.</summary>
/// <param name="Digest">The artifact.</param>
/// <param name="Offset">Where the bytes begin.</param>
/// <param name="Length">How many there are.</param>
internal readonly record struct TensorPiece(ArtifactDigest Digest, long Offset, long Length);
