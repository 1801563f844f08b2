using System.Runtime.CompilerServices;

namespace VideoGrain.Tensors.Cpu.Kernels;

/// <summary>
/// When a softmax needs no running maximum, which only guards against overflow. Scores carry log2(e), and 2^s neither overflows nor vanishes while
/// |s| stays below <see cref="SafeScore"/>. A modulated row's offset follows from the extremes that its modulation needs anyway.
/// </summary>
internal static unsafe class ScoreBounds<TIsa, V>
    where TIsa : struct, IVectorIsa<V>
    where V : unmanaged
{
    /// <summary>Half of this is what the offset of a modulated row may miss its largest score by.</summary>
    public const float SafeGain = 200;

    // 2^100 times 2^20 keys times values up to 2^6 stays below 2^127, and 2^-100 keeps 26 bits above the smallest normal number.
    private const float SafeScore = 100;

    /// <summary>Whether |q| max|k|, which bounds |s|, is small enough for some queries; false where a number is none.</summary>
    /// <param name="queries">Scaled queries [<paramref name="count"/>, <paramref name="size"/>].</param>
    /// <param name="count">Queries.</param>
    /// <param name="size">Size of a head.</param>
    /// <param name="keyNorms">Largest norm of each chunk of keys.</param>
    /// <param name="chunks">Chunks.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static bool AreSafe(float* queries, int count, int size, float* keyNorms, int chunks)
    {
        float largestKey = 0;
        for (var chunk = 0; chunk < chunks; chunk++) largestKey = MathF.Max(largestKey, keyNorms[chunk]);
        for (var r = 0; r < count; r++)
        {
            if (!(MathF.Sqrt(SquaredNorm(queries + (r * size), size)) * largestKey <= SafeScore)) return false;
        }

        return true;
    }

    /// <summary>Squared norm of a query or a key.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float SquaredNorm(float* values, int size)
    {
        float norm = 0;
        var i = 0;
        if (size >= TIsa.Width)
        {
            var sum = TIsa.Broadcast(0);
            for (; i <= size - TIsa.Width; i += TIsa.Width) sum = TIsa.MultiplyAdd(TIsa.Load(values + i), TIsa.Load(values + i), sum);
            norm = TIsa.Sum(sum);
        }

        for (; i < size; i++) norm += values[i] * values[i];
        return norm;
    }

    /// <summary>
    /// s' = (1 - a) s + a (max - min) M as a factor on the scores and a gain of members. The row's largest s' lies between (1 - a) max and that plus the
    /// gain (which is negative for a negative strength); the offset takes the middle off.
    /// </summary>
    public static (float Keep, float Gain, float Offset) Modulation(float strength, float maximum, float minimum)
    {
        float keep = 1 - strength, gain = strength * (maximum - minimum);
        return (keep, gain, (keep * maximum) + (gain / 2));
    }
}
