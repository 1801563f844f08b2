using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace VideoGrain.Tensors.Cpu.Kernels;

/// <summary>256-bit vectors with fused multiply-add. 16 registers hold 6 x 2 accumulators, two operands and a broadcast.</summary>
internal readonly unsafe struct Avx2Isa : IVectorIsa<Vector256<float>>
{
    private const int MantissaBits = 23;

    /// <summary>Whether this processor has what the kernels use.</summary>
    public static bool IsSupported => Avx2.IsSupported && Fma.IsSupported;

    public static int Width => 8;

    public static int TileRows => 6;

    public static int LaneQueries => 2;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Prefetch(void* address) => Sse.Prefetch0(address);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Load(float* source) => Vector256.Load(source);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> LoadHalf(ushort* source)
    {
        var bits = Avx2.ConvertToVector256Int32(Vector128.Load(source)).AsUInt32();
        var magnitude = (bits & Vector256.Create(HalfBits.Magnitude)) << HalfBits.MantissaShift;
        var normal = (magnitude + Vector256.Create(HalfBits.NormalExponent)).AsSingle();
        var subnormal = (magnitude + Vector256.Create(HalfBits.SubnormalExponent)).AsSingle() - Vector256.Create(HalfBits.LeastNormal);
        var value = Vector256.ConditionalSelect(Vector256.LessThan(magnitude, Vector256.Create(HalfBits.LeastNormalMagnitude)).AsSingle(), subnormal, normal);
        return (value.AsUInt32() | ((bits & Vector256.Create(HalfBits.Sign)) << HalfBits.SignShift)).AsSingle();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> LoadBFloat16(ushort* source) =>
        (Avx2.ConvertToVector256Int32(Vector128.Load(source)) << HalfBits.SignShift).AsSingle();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(float* destination, Vector256<float> value) => value.Store(destination);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Broadcast(float value) => Vector256.Create(value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Add(Vector256<float> a, Vector256<float> b) => a + b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Subtract(Vector256<float> a, Vector256<float> b) => a - b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Multiply(Vector256<float> a, Vector256<float> b) => a * b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Divide(Vector256<float> a, Vector256<float> b) => a / b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> MultiplyAdd(Vector256<float> a, Vector256<float> b, Vector256<float> c) => Fma.MultiplyAdd(a, b, c);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Max(Vector256<float> a, Vector256<float> b) => Avx.Max(a, b);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Min(Vector256<float> a, Vector256<float> b) => Avx.Min(a, b);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Abs(Vector256<float> a) => Vector256.Abs(a);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> SelectNegative(Vector256<float> test, Vector256<float> ifNegative, Vector256<float> otherwise) =>
        Avx.BlendVariable(otherwise, ifNegative, Vector256.LessThan(test, Vector256<float>.Zero));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> SwapHalves(Vector256<float> a) => Vector256.Create(a.GetUpper(), a.GetLower());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Exp2(Vector256<float> t)
    {
        // Adding 1.5 * 2^23 leaves round(t) in the low bits. The operand order of max and min lets NaN through.
        t = Avx.Min(Vector256.Create(Exp2Polynomial.Highest), Avx.Max(Vector256.Create(Exp2Polynomial.Lowest), t));
        var shifted = t + Vector256.Create(Exp2Polynomial.RoundingShift);
        var f = t - (shifted - Vector256.Create(Exp2Polynomial.RoundingShift));
        var p = Fma.MultiplyAdd(Vector256.Create(Exp2Polynomial.Centred5), f, Vector256.Create(Exp2Polynomial.Centred4));
        p = Fma.MultiplyAdd(p, f, Vector256.Create(Exp2Polynomial.Centred3));
        p = Fma.MultiplyAdd(p, f, Vector256.Create(Exp2Polynomial.Centred2));
        p = Fma.MultiplyAdd(p, f, Vector256.Create(Exp2Polynomial.Centred1));
        p = Fma.MultiplyAdd(p, f, Vector256.Create(Exp2Polynomial.Centred0));
        return (p.AsInt32() + (shifted.AsInt32() << MantissaBits)).AsSingle();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Sum(Vector256<float> a)
    {
        var four = a.GetLower() + a.GetUpper();
        var two = four + Sse.MoveHighToLow(four, four);
        return two.ToScalar() + two.GetElement(1);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float MaxElement(Vector256<float> a)
    {
        var four = Sse.Max(a.GetLower(), a.GetUpper());
        var two = Sse.Max(four, Sse.MoveHighToLow(four, four));
        return Sse.MaxScalar(two, Sse.Shuffle(two, two, 1)).ToScalar();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float MinElement(Vector256<float> a)
    {
        var four = Sse.Min(a.GetLower(), a.GetUpper());
        var two = Sse.Min(four, Sse.MoveHighToLow(four, four));
        return Sse.MinScalar(two, Sse.Shuffle(two, two, 1)).ToScalar();
    }
}
