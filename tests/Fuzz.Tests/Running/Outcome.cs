using Grpc.Core;

namespace VideoGrain.Fuzz.Tests.Running;

/// <summary>How a call ended.</summary>
/// <param name="Code">Its status; CANCELLED where the caller had seen enough.</param>
/// <param name="Detail">The status's text.</param>
/// <param name="HasReason">Whether the status came with VideoGrain's error details.</param>
/// <param name="Responses">The first responses.</param>
/// <param name="IsHung">Whether it did not end in time.</param>
internal sealed record Outcome(StatusCode Code, string Detail, bool HasReason, IReadOnlyList<byte[]> Responses, bool IsHung);
