using Grpc.Core;

namespace Grpc.Net.Client.Calls;

/// <summary>How a call ended.</summary>
/// <param name="Status">Its status.</param>
/// <param name="Trailers">Its trailers.</param>
/// <param name="Local">Whether this side ended it: by cancelling, disposing, or at the deadline.</param>
internal sealed record CallEnd(Status Status, Metadata Trailers, bool Local);
