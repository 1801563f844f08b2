namespace VideoGrain.Tensors.Cpu.Kernels;

/// <summary>
/// One instruction set, as kernels see it: a vector of fp32 and what can be done with it. Kernels are generic over an
/// implementing struct, so that the compiler makes one specialised copy of each per instruction set, every call inlined.
/// </summary>
/// <typeparam name="V">The vector type.</typeparam>
internal unsafe interface IVectorIsa<V>
    where V : unmanaged
{
    /// <summary>Elements of a vector.</summary>
    static abstract int Width { get; }

    /// <summary>Rows of the matrix micro-kernel: as many as leave its accumulators in registers.</summary>
    static abstract int TileRows { get; }

    /// <summary>Queries that attention with keys in the lanes walks together: as many as leave their scores, four vectors each, in registers.</summary>
    static abstract int LaneQueries { get; }

    /// <summary>Asks for the cache line of an address that will be needed soon. A hint: any address will do, and no engine needs it.</summary>
    static abstract void Prefetch(void* address);

    /// <summary>Reads <see cref="Width"/> elements.</summary>
    static abstract V Load(float* source);

    /// <summary>Reads <see cref="Width"/> finite fp16 numbers. The memory must be readable for twice as many.</summary>
    static abstract V LoadHalf(ushort* source);

    /// <summary>Reads <see cref="Width"/> bf16 numbers. The memory must be readable for twice as many.</summary>
    static abstract V LoadBFloat16(ushort* source);

    /// <summary>Writes <see cref="Width"/> elements.</summary>
    static abstract void Store(float* destination, V value);

    /// <summary>All elements equal.</summary>
    static abstract V Broadcast(float value);

    /// <summary>a + b.</summary>
    static abstract V Add(V a, V b);

    /// <summary>a - b.</summary>
    static abstract V Subtract(V a, V b);

    /// <summary>a * b.</summary>
    static abstract V Multiply(V a, V b);

    /// <summary>a / b.</summary>
    static abstract V Divide(V a, V b);

    /// <summary>a * b + c, rounded once where the hardware can.</summary>
    static abstract V MultiplyAdd(V a, V b, V c);

    /// <summary>Larger of each pair.</summary>
    static abstract V Max(V a, V b);

    /// <summary>Smaller of each pair.</summary>
    static abstract V Min(V a, V b);

    /// <summary>Absolute values.</summary>
    static abstract V Abs(V a);

    /// <summary>Per element: <paramref name="ifNegative"/> where <paramref name="test"/> &lt; 0, else <paramref name="otherwise"/>.</summary>
    static abstract V SelectNegative(V test, V ifNegative, V otherwise);

    /// <summary>The upper half of the elements first, then the lower.</summary>
    static abstract V SwapHalves(V a);

    /// <summary>2^t with a relative error below 2e-7; 0 or a number below 2e-38 for very negative t, very large or infinite for t above 127.</summary>
    static abstract V Exp2(V t);

    /// <summary>Sum of the elements, in a fixed order.</summary>
    static abstract float Sum(V a);

    /// <summary>Largest element.</summary>
    static abstract float MaxElement(V a);

    /// <summary>Smallest element.</summary>
    static abstract float MinElement(V a);
}
