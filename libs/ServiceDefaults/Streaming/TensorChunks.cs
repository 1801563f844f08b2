using System.Runtime.InteropServices;
using Google.Protobuf;
using VideoGrain.Protos.V1;

namespace VideoGrain.ServiceDefaults.Streaming;

/// <summary>Cuts tensors into chunks for the wire. The data is not copied: it must not change until the chunks are sent.</summary>
public static class TensorChunks
{
    /// <summary>Cuts a tensor of bytes.</summary>
    /// <param name="name">Name within the call, 1 to 64 characters.</param>
    /// <param name="type">Element type.</param>
    /// <param name="shape">Sizes of the dimensions, outermost first.</param>
    /// <param name="data">Exactly the elements' bytes, little-endian.</param>
    /// <param name="chunkBytes">Most bytes of a chunk, a multiple of 8 up to 1 MiB.</param>
    /// <exception cref="ArgumentException">The byte count does not fit type and shape.</exception>
    public static IEnumerable<TensorChunk> Split(
        string name, ElementType type, IReadOnlyList<long> shape, ReadOnlyMemory<byte> data, int chunkBytes = TensorLayout.MaxChunkBytes)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(chunkBytes, TensorLayout.MaxChunkBytes);
        ArgumentOutOfRangeException.ThrowIfNotEqual(chunkBytes % sizeof(long), 0);
        if (TensorLayout.ByteCount(type, [.. shape]) != data.Length)
            throw new ArgumentException($"{data.Length} bytes do not hold {TensorLayout.Describe(shape)} of {type}", nameof(data));
        return SplitPart(name, type, shape, data, 0, chunkBytes);
    }

    /// <summary>Cuts a part of a tensor whose other parts are sent before and after.</summary>
    /// <param name="name">Name within the call.</param>
    /// <param name="type">Element type.</param>
    /// <param name="shape">Sizes of the whole tensor's dimensions.</param>
    /// <param name="part">The part's bytes.</param>
    /// <param name="start">Position of the part within the tensor, in bytes.</param>
    /// <param name="chunkBytes">Most bytes of a chunk, a multiple of 8 up to 1 MiB.</param>
    public static IEnumerable<TensorChunk> SplitPart(
        string name, ElementType type, IReadOnlyList<long> shape, ReadOnlyMemory<byte> part, long start, int chunkBytes = TensorLayout.MaxChunkBytes)
    {
        var offset = 0;
        do
        {
            var piece = part.Slice(offset, Math.Min(chunkBytes, part.Length - offset));
            yield return new TensorChunk
            {
                Name = name,
                ElementType = type,
                Shape = { shape },
                Offset = (ulong)(start + offset),
                Data = UnsafeByteOperations.UnsafeWrap(piece),
                Crc32C = Crc32C.Compute(piece.Span),
            };
            offset += piece.Length;
        }
        while (offset < part.Length);
    }

    /// <summary>Cuts a tensor of fp32 values.</summary>
    public static IEnumerable<TensorChunk> Split(string name, IReadOnlyList<long> shape, ReadOnlySpan<float> values) =>
        Split(name, ElementType.Float32, shape, MemoryMarshal.AsBytes(values).ToArray());
}
