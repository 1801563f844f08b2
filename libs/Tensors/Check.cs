namespace VideoGrain.Tensors;

/// <summary>Argument checks whose messages name the argument, its shape and what was expected.</summary>
internal static class Check
{
    /// <summary>Largest number of elements in one tensor: what a byte count in a 64-bit address space can hold with room to round.</summary>
    private const long MaxElements = 1L << 40;

    /// <summary>Product of a shape's sizes.</summary>
    /// <exception cref="ArgumentException">A size is negative or the product is too large.</exception>
    public static long Count(ReadOnlySpan<int> shape, string name)
    {
        // Zero sizes must not hide an overflow of the others, so the limit is on the product without them.
        long count = 1, nonZero = 1;
        foreach (var size in shape)
        {
            if (size < 0) throw new ArgumentException($"dimension sizes must not be negative, got {size}", name);
            count *= size;
            nonZero *= Math.Max(size, 1);
            if (nonZero > MaxElements) throw new ArgumentException($"a tensor has at most {MaxElements} elements", name);
        }

        return count;
    }

    /// <summary>A shape for a message.</summary>
    public static string Describe(Tensor tensor) => $"[{string.Join(", ", tensor.Shape.ToArray())}]";

    /// <summary>Requires a condition on <paramref name="name"/>.</summary>
    public static void That(bool condition, string name, [System.Runtime.CompilerServices.InterpolatedStringHandlerArgument("condition")] ref CheckMessage message)
    {
        if (!condition) throw new ArgumentException(message.ToString(), name);
    }

    /// <summary>Requires a number of dimensions.</summary>
    public static void Rank(Tensor tensor, int rank, string name) =>
        That(tensor.Rank == rank, name, $"expected {rank} dimensions, got {Describe(tensor)}");

    /// <summary>Requires a shape.</summary>
    public static void Shape(Tensor tensor, ReadOnlySpan<int> expected, string name)
    {
        if (!tensor.Shape.SequenceEqual(expected))
            throw new ArgumentException($"expected shape [{string.Join(", ", expected.ToArray())}], got {Describe(tensor)}", name);
    }

    /// <summary>Requires a finite number.</summary>
    public static void Finite(float value, string name) => That(float.IsFinite(value), name, $"must be finite, got {value}");
}
