using Google.Protobuf;
using VideoGrain.Protos.V1;
using VideoGrain.ServiceDefaults.Streaming;

namespace VideoGrain.Segmentation.Pipelines;

/// <summary>Cuts a tensor into chunks part by part, so that no more than one part of it is in memory.</summary>
internal static class PartChunks
{
    /// <summary>Chunks of the next part.</summary>
    /// <param name="name">Name of the tensor.</param>
    /// <param name="type">Element type.</param>
    /// <param name="shape">Shape of the whole tensor.</param>
    /// <param name="part">The part's bytes, whole elements; must not change any more.</param>
    /// <param name="offset">Where the part begins in the tensor; moves to its end.</param>
    public static List<TensorChunk> Split(string name, ElementType type, IReadOnlyList<long> shape, ReadOnlyMemory<byte> part, ref ulong offset)
    {
        var chunks = new List<TensorChunk>();
        for (var at = 0; at < part.Length; at += TensorLayout.MaxChunkBytes)
        {
            var piece = part.Slice(at, Math.Min(TensorLayout.MaxChunkBytes, part.Length - at));
            chunks.Add(new TensorChunk
            {
                Name = name,
                ElementType = type,
                Shape = { shape },
                Offset = offset,
                Data = UnsafeByteOperations.UnsafeWrap(piece),
                Crc32C = Crc32C.Compute(piece.Span),
            });
            offset += (ulong)piece.Length;
        }

        return chunks;
    }
}
