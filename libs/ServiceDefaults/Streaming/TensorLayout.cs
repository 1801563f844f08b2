using System.Globalization;
using VideoGrain.Protos.V1;

namespace VideoGrain.ServiceDefaults.Streaming;

/// <summary>Sizes of tensors on the wire.</summary>
public static class TensorLayout
{
    /// <summary>Most bytes of data in a chunk, 1 MiB.</summary>
    public const int MaxChunkBytes = 1 << 20;

    /// <summary>Most characters of a tensor's name.</summary>
    public const int MaxNameLength = 128;

    /// <summary>Most dimensions of a tensor.</summary>
    public const int MaxRank = 8;

    /// <summary>Bytes of an element; 0 for a type that is not known.</summary>
    public static int ElementBytes(ElementType type) => type switch
    {
        ElementType.Uint8 => 1,
        ElementType.Float16 or ElementType.Bfloat16 => 2,
        ElementType.Float32 or ElementType.Int32 => 4,
        ElementType.Int64 => 8,
        _ => 0,
    };

    /// <summary>Bytes of a tensor.</summary>
    /// <exception cref="OverflowException">More than 2^63 - 1.</exception>
    public static long ByteCount(ElementType type, ReadOnlySpan<long> shape)
    {
        long count = ElementBytes(type);
        foreach (var size in shape) count = checked(count * size);
        return count;
    }

    /// <summary>A shape for messages: "[16, 64, 64, 4]".</summary>
    public static string Describe(IEnumerable<long> shape) =>
        $"[{string.Join(", ", shape.Select(size => size.ToString(CultureInfo.InvariantCulture)))}]";
}
