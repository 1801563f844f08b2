namespace Microsoft.ML.OnnxRuntime.Tensors;

/// <summary>A tensor in one piece of memory, the last axis fastest.</summary>
/// <typeparam name="T">Element type.</typeparam>
public class DenseTensor<T> : Tensor<T>
{
    /// <summary>Creates a tensor of zeros.</summary>
    /// <param name="dimensions">Size of each axis.</param>
    public DenseTensor(ReadOnlySpan<int> dimensions)
        : base(dimensions) => Buffer = new T[Length];

    /// <summary>Wraps memory, without a copy.</summary>
    /// <param name="memory">The elements.</param>
    /// <param name="dimensions">Size of each axis; their product is the length of <paramref name="memory"/>.</param>
    /// <exception cref="ArgumentException">The memory's length does not fit the shape.</exception>
    public DenseTensor(Memory<T> memory, ReadOnlySpan<int> dimensions)
        : base(dimensions)
    {
        if (memory.Length != Length)
            throw new ArgumentException($"The shape has {Length} elements, the memory {memory.Length}.", nameof(memory));
        Buffer = memory;
    }

    /// <summary>The elements.</summary>
    public Memory<T> Buffer { get; }

    /// <inheritdoc/>
    public override T this[params ReadOnlySpan<int> indices]
    {
        get => Buffer.Span[Offset(indices)];
        set => Buffer.Span[Offset(indices)] = value;
    }

    /// <inheritdoc/>
    public override DenseTensor<T> ToDenseTensor() => new(Buffer.ToArray(), Dimensions);

    private int Offset(ReadOnlySpan<int> indices)
    {
        if (indices.Length != Rank)
            throw new ArgumentException($"{indices.Length} indices for {Rank} axes.", nameof(indices));
        var offset = 0;
        for (var axis = 0; axis < indices.Length; axis++)
        {
            if ((uint)indices[axis] >= (uint)Dimensions[axis])
                throw new ArgumentOutOfRangeException(nameof(indices), $"Index {indices[axis]} on axis {axis} of size {Dimensions[axis]}.");
            offset = (offset * Dimensions[axis]) + indices[axis];
        }

        return offset;
    }
}
