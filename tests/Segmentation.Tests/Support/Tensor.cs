using System.Runtime.InteropServices;
using VideoGrain.Protos.V1;
using VideoGrain.ServiceDefaults.Streaming;

namespace VideoGrain.Segmentation.Tests.Support;

/// <summary>A tensor of a test, to send or received.</summary>
public sealed record Tensor(string Name, ElementType Type, long[] Shape, byte[] Data)
{
    public static Tensor Bytes(string name, byte[] data, params long[] shape) => new(name, ElementType.Uint8, shape, data);

    public IEnumerable<TensorChunk> Chunks(int chunkBytes = TensorLayout.MaxChunkBytes) => TensorChunks.Split(Name, Type, Shape, Data, chunkBytes);

    public float[] Floats() => MemoryMarshal.Cast<byte, float>(Data).ToArray();

    /// <summary>Puts received chunks together, checking order, offsets and checksums.</summary>
    public static IReadOnlyDictionary<string, Tensor> Join(IEnumerable<TensorChunk> chunks)
    {
        var tensors = new Dictionary<string, Tensor>(StringComparer.Ordinal);
        foreach (var group in chunks.GroupBy(c => c.Name, StringComparer.Ordinal))
        {
            using var data = new MemoryStream();
            foreach (var chunk in group)
            {
                Assert.Equal((ulong)data.Length, chunk.Offset);
                Assert.Equal(Crc32C.Compute(chunk.Data.Span), chunk.Crc32C);
                Assert.InRange(chunk.Data.Length, 1, TensorLayout.MaxChunkBytes);
                chunk.Data.WriteTo(data);
            }

            var first = group.First();
            Assert.Equal(TensorLayout.ByteCount(first.ElementType, [.. first.Shape]), data.Length);
            tensors.Add(group.Key, new Tensor(group.Key, first.ElementType, [.. first.Shape], data.ToArray()));
        }

        return tensors;
    }
}
