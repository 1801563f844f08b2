using System.Runtime.InteropServices;
using VideoGrain.Protos.V1;

namespace VideoGrain.ServiceDefaults.Streaming;

/// <summary>A tensor that arrived complete, checked against its spec.</summary>
/// <param name="Name">Its name within the call.</param>
/// <param name="ElementType">Element type.</param>
/// <param name="Shape">Sizes of the dimensions, outermost first.</param>
/// <param name="Data">The elements' bytes, little-endian.</param>
public sealed record ReceivedTensor(string Name, ElementType ElementType, IReadOnlyList<long> Shape, byte[] Data)
{
    /// <summary>The elements as fp32; a copy.</summary>
    /// <exception cref="InvalidOperationException">The elements are no fp32 values.</exception>
    public float[] ToFloats()
    {
        if (ElementType != ElementType.Float32) throw new InvalidOperationException($"tensor {Name} holds {ElementType}");
        return MemoryMarshal.Cast<byte, float>(Data).ToArray();
    }
}
