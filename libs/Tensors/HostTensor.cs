namespace VideoGrain.Tensors;

/// <summary>
/// A read-only tensor in host memory, little-endian and row-major: how weights leave a file and constants enter an engine.
/// The memory may belong to a memory-mapped file, which must outlive it.
/// </summary>
public sealed class HostTensor
{
    private readonly int[] _shape;

    /// <summary>Wraps bytes that already lie in memory.</summary>
    /// <param name="type">Element type of <paramref name="data"/>.</param>
    /// <param name="shape">Sizes of the dimensions, outermost first; empty for a scalar.</param>
    /// <param name="data">Exactly the elements' bytes.</param>
    /// <exception cref="ArgumentException">A size is negative, the sizes' product is too large, or the byte count does not fit shape and type.</exception>
    public HostTensor(ElementType type, ReadOnlySpan<int> shape, ReadOnlyMemory<byte> data)
    {
        var count = Check.Count(shape, nameof(shape));
        if (data.Length != count * SizeOf(type))
            throw new ArgumentException($"{data.Length} bytes do not hold {count} elements of {type}", nameof(data));
        Type = type;
        _shape = shape.ToArray();
        ElementCount = count;
        Data = data;
    }

    /// <summary>Element type of <see cref="Data"/>.</summary>
    public ElementType Type { get; }

    /// <summary>Sizes of the dimensions, outermost first.</summary>
    public ReadOnlySpan<int> Shape => _shape;

    /// <summary>Number of elements.</summary>
    public long ElementCount { get; }

    /// <summary>The elements, little-endian, row-major.</summary>
    public ReadOnlyMemory<byte> Data { get; }

    /// <summary>Bytes of one element.</summary>
    public static int SizeOf(ElementType type) => type switch
    {
        ElementType.Float32 or ElementType.Int32 => 4,
        ElementType.Float16 or ElementType.BFloat16 => 2,
        ElementType.Int64 => 8,
        ElementType.UInt8 => 1,
        _ => throw new ArgumentOutOfRangeException(nameof(type), type, "unknown element type"),
    };
}
