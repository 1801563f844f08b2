using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace VideoGrain.Tensors.Cpu.Kernels;

/// <summary>512-bit vectors. 32 registers hold 12 x 2 accumulators of the matrix kernel, two operands and a broadcast.</summary>
internal readonly unsafe struct Avx512Isa : IVectorIsa<Vector512<float>>
{
    private const byte FractionAboveFloor = 0b1001;

    /// <summary>Whether this processor has what the kernels use.</summary>
    public static bool IsSupported => Avx512F.IsSupported && Avx512DQ.IsSupported;

    public static int Width => 16;

    public static int TileRows => 12;

    public static int LaneQueries => 3;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Prefetch(void* address) => Sse.Prefetch0(address);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Load(float* source) => Vector512.Load(source);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> LoadHalf(ushort* source)
    {
        var bits = Avx512F.ConvertToVector512Int32(Vector256.Load(source)).AsUInt32();
        var magnitude = (bits & Vector512.Create(HalfBits.Magnitude)) << HalfBits.MantissaShift;
        var normal = (magnitude + Vector512.Create(HalfBits.NormalExponent)).AsSingle();
        var subnormal = (magnitude + Vector512.Create(HalfBits.SubnormalExponent)).AsSingle() - Vector512.Create(HalfBits.LeastNormal);
        var value = Vector512.ConditionalSelect(Vector512.LessThan(magnitude, Vector512.Create(HalfBits.LeastNormalMagnitude)).AsSingle(), subnormal, normal);
        return (value.AsUInt32() | ((bits & Vector512.Create(HalfBits.Sign)) << HalfBits.SignShift)).AsSingle();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> LoadBFloat16(ushort* source) =>
        (Avx512F.ConvertToVector512Int32(Vector256.Load(source)) << HalfBits.SignShift).AsSingle();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(float* destination, Vector512<float> value) => value.Store(destination);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Broadcast(float value) => Vector512.Create(value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Add(Vector512<float> a, Vector512<float> b) => a + b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Subtract(Vector512<float> a, Vector512<float> b) => a - b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Multiply(Vector512<float> a, Vector512<float> b) => a * b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Divide(Vector512<float> a, Vector512<float> b) => a / b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> MultiplyAdd(Vector512<float> a, Vector512<float> b, Vector512<float> c) => Avx512F.FusedMultiplyAdd(a, b, c);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Max(Vector512<float> a, Vector512<float> b) => Avx512F.Max(a, b);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Min(Vector512<float> a, Vector512<float> b) => Avx512F.Min(a, b);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Abs(Vector512<float> a) => Vector512.Abs(a);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> SelectNegative(Vector512<float> test, Vector512<float> ifNegative, Vector512<float> otherwise) =>
        Vector512.ConditionalSelect(Vector512.LessThan(test, Vector512<float>.Zero), ifNegative, otherwise);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> SwapHalves(Vector512<float> a) => Vector512.Create(a.GetUpper(), a.GetLower());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Exp2(Vector512<float> t)
    {
        // t = floor + f; the processor splits and recombines, which also takes care of the range: no clamps.
        var f = Avx512DQ.Reduce(t, FractionAboveFloor);
        var p = Avx512F.FusedMultiplyAdd(Vector512.Create(Exp2Polynomial.Unit5), f, Vector512.Create(Exp2Polynomial.Unit4));
        p = Avx512F.FusedMultiplyAdd(p, f, Vector512.Create(Exp2Polynomial.Unit3));
        p = Avx512F.FusedMultiplyAdd(p, f, Vector512.Create(Exp2Polynomial.Unit2));
        p = Avx512F.FusedMultiplyAdd(p, f, Vector512.Create(Exp2Polynomial.Unit1));
        p = Avx512F.FusedMultiplyAdd(p, f, Vector512.Create(Exp2Polynomial.Unit0));
        return Avx512F.Scale(p, t);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Sum(Vector512<float> a) => Avx2Isa.Sum(a.GetLower() + a.GetUpper());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float MaxElement(Vector512<float> a) => Avx2Isa.MaxElement(Avx.Max(a.GetLower(), a.GetUpper()));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float MinElement(Vector512<float> a) => Avx2Isa.MinElement(Avx.Min(a.GetLower(), a.GetUpper()));
}
