using System.Runtime.CompilerServices;

namespace VideoGrain.Tensors.Cpu.Kernels;

/// <summary>Reads and writes the part of a vector that is left at the end of a row.</summary>
internal static unsafe class Partial<TIsa, V>
    where TIsa : struct, IVectorIsa<V>
    where V : unmanaged
{
    /// <summary>Reads <paramref name="count"/> elements, less than a vector; the others are zero.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Load(float* source, int count)
    {
        V vector = default;
        var elements = (float*)&vector;
        for (var i = 0; i < count; i++) elements[i] = source[i];
        return vector;
    }

    /// <summary>Writes the first <paramref name="count"/> elements.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(float* destination, V value, int count)
    {
        var elements = (float*)&value;
        for (var i = 0; i < count; i++) destination[i] = elements[i];
    }
}
