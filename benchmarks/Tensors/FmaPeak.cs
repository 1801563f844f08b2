using System.Diagnostics;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using VideoGrain.Tensors.Cpu;

namespace VideoGrain.Tensors.Benchmarks;

/// <summary>
/// What the processor's multiply-add units can do at most, measured with a loop that touches registers only:
/// enough independent chains to hide the latency, no loads, no stores.
/// </summary>
internal static class FmaPeak
{
    private const int Steps = 2_000_000;
    private const int Chains = 12;

    /// <summary>Floating-point operations per second of CPU time on one thread; takes a few milliseconds.</summary>
    public static double Measure(CpuInstructionSet set)
    {
        var clock = CpuClock.Start();
        Run(set, Steps);
        return OperationsPerStep(set) * Steps / clock.Seconds;
    }

    /// <summary>Floating-point operations of one step of <see cref="Run"/>.</summary>
    public static double OperationsPerStep(CpuInstructionSet set) => 2.0 * Chains * set switch
    {
        CpuInstructionSet.Avx512 => Vector512<float>.Count,
        CpuInstructionSet.Avx2 => Vector256<float>.Count,
        _ => Vector<float>.Count,
    };

    /// <summary>Runs the loop on the calling thread, with the vectors that an engine uses.</summary>
    public static void Run(CpuInstructionSet set, int steps) => Sink(set switch
    {
        CpuInstructionSet.Avx512 => Wide(steps),
        CpuInstructionSet.Avx2 => Narrow(steps),
        _ => Portable(steps),
    });

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static float Wide(int steps)
    {
        Vector512<float> m = Vector512.Create(0.999f), a = Vector512.Create(0.001f);
        Vector512<float> x0 = a, x1 = a, x2 = a, x3 = a, x4 = a, x5 = a, x6 = a, x7 = a, x8 = a, x9 = a, x10 = a, x11 = a;
        for (var i = 0; i < steps; i++)
        {
            x0 = Avx512F.FusedMultiplyAdd(x0, m, a);
            x1 = Avx512F.FusedMultiplyAdd(x1, m, a);
            x2 = Avx512F.FusedMultiplyAdd(x2, m, a);
            x3 = Avx512F.FusedMultiplyAdd(x3, m, a);
            x4 = Avx512F.FusedMultiplyAdd(x4, m, a);
            x5 = Avx512F.FusedMultiplyAdd(x5, m, a);
            x6 = Avx512F.FusedMultiplyAdd(x6, m, a);
            x7 = Avx512F.FusedMultiplyAdd(x7, m, a);
            x8 = Avx512F.FusedMultiplyAdd(x8, m, a);
            x9 = Avx512F.FusedMultiplyAdd(x9, m, a);
            x10 = Avx512F.FusedMultiplyAdd(x10, m, a);
            x11 = Avx512F.FusedMultiplyAdd(x11, m, a);
        }

        return Vector512.Sum(x0 + x1 + x2 + x3 + x4 + x5 + x6 + x7 + x8 + x9 + x10 + x11);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static float Narrow(int steps)
    {
        Vector256<float> m = Vector256.Create(0.999f), a = Vector256.Create(0.001f);
        Vector256<float> x0 = a, x1 = a, x2 = a, x3 = a, x4 = a, x5 = a, x6 = a, x7 = a, x8 = a, x9 = a, x10 = a, x11 = a;
        for (var i = 0; i < steps; i++)
        {
            x0 = Fma.MultiplyAdd(x0, m, a);
            x1 = Fma.MultiplyAdd(x1, m, a);
            x2 = Fma.MultiplyAdd(x2, m, a);
            x3 = Fma.MultiplyAdd(x3, m, a);
            x4 = Fma.MultiplyAdd(x4, m, a);
            x5 = Fma.MultiplyAdd(x5, m, a);
            x6 = Fma.MultiplyAdd(x6, m, a);
            x7 = Fma.MultiplyAdd(x7, m, a);
            x8 = Fma.MultiplyAdd(x8, m, a);
            x9 = Fma.MultiplyAdd(x9, m, a);
            x10 = Fma.MultiplyAdd(x10, m, a);
            x11 = Fma.MultiplyAdd(x11, m, a);
        }

        return Vector256.Sum(x0 + x1 + x2 + x3 + x4 + x5 + x6 + x7 + x8 + x9 + x10 + x11);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static float Portable(int steps)
    {
        Vector<float> m = new(0.999f), a = new(0.001f);
        Vector<float> x0 = a, x1 = a, x2 = a, x3 = a, x4 = a, x5 = a, x6 = a, x7 = a, x8 = a, x9 = a, x10 = a, x11 = a;
        for (var i = 0; i < steps; i++)
        {
            x0 = Vector.MultiplyAddEstimate(x0, m, a);
            x1 = Vector.MultiplyAddEstimate(x1, m, a);
            x2 = Vector.MultiplyAddEstimate(x2, m, a);
            x3 = Vector.MultiplyAddEstimate(x3, m, a);
            x4 = Vector.MultiplyAddEstimate(x4, m, a);
            x5 = Vector.MultiplyAddEstimate(x5, m, a);
            x6 = Vector.MultiplyAddEstimate(x6, m, a);
            x7 = Vector.MultiplyAddEstimate(x7, m, a);
            x8 = Vector.MultiplyAddEstimate(x8, m, a);
            x9 = Vector.MultiplyAddEstimate(x9, m, a);
            x10 = Vector.MultiplyAddEstimate(x10, m, a);
            x11 = Vector.MultiplyAddEstimate(x11, m, a);
        }

        return Vector.Sum(x0 + x1 + x2 + x3 + x4 + x5 + x6 + x7 + x8 + x9 + x10 + x11);
    }

    private static void Sink(float value)
    {
        if (float.IsNaN(value)) throw new UnreachableException();
    }
}
