using System.Numerics;
using System.Runtime.CompilerServices;

namespace VideoGrain.Tensors.Cpu.Kernels;

/// <summary>Vectors of whatever width the runtime offers here, without naming an instruction set.</summary>
internal readonly unsafe struct PortableIsa : IVectorIsa<Vector<float>>
{
    private const int MantissaBits = 23;

    public static int Width => Vector<float>.Count;

    public static int TileRows => 6;

    public static int LaneQueries => 2;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Prefetch(void* address)
    {
        // No instruction set is named here, so there is nothing to ask with.
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector<float> Load(float* source) => Vector.Load(source);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector<float> LoadHalf(ushort* source)
    {
        var bits = Vector.WidenLower(Vector.Load(source));
        var magnitude = (bits & new Vector<uint>(HalfBits.Magnitude)) << HalfBits.MantissaShift;
        var normal = Vector.AsVectorSingle(magnitude + new Vector<uint>(HalfBits.NormalExponent));
        var subnormal = Vector.AsVectorSingle(magnitude + new Vector<uint>(HalfBits.SubnormalExponent)) - new Vector<float>(HalfBits.LeastNormal);
        var value = Vector.ConditionalSelect(Vector.AsVectorInt32(Vector.LessThan(magnitude, new Vector<uint>(HalfBits.LeastNormalMagnitude))), subnormal, normal);
        return Vector.AsVectorSingle(Vector.AsVectorUInt32(value) | ((bits & new Vector<uint>(HalfBits.Sign)) << HalfBits.SignShift));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector<float> LoadBFloat16(ushort* source) => Vector.AsVectorSingle(Vector.WidenLower(Vector.Load(source)) << HalfBits.SignShift);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(float* destination, Vector<float> value) => value.Store(destination);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector<float> Broadcast(float value) => new(value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector<float> Add(Vector<float> a, Vector<float> b) => a + b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector<float> Subtract(Vector<float> a, Vector<float> b) => a - b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector<float> Multiply(Vector<float> a, Vector<float> b) => a * b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector<float> Divide(Vector<float> a, Vector<float> b) => a / b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector<float> MultiplyAdd(Vector<float> a, Vector<float> b, Vector<float> c) => Vector.MultiplyAddEstimate(a, b, c);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector<float> Max(Vector<float> a, Vector<float> b) => Vector.MaxNative(a, b);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector<float> Min(Vector<float> a, Vector<float> b) => Vector.MinNative(a, b);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector<float> Abs(Vector<float> a) => Vector.Abs(a);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector<float> SelectNegative(Vector<float> test, Vector<float> ifNegative, Vector<float> otherwise) =>
        Vector.ConditionalSelect(Vector.LessThan(test, Vector<float>.Zero), ifNegative, otherwise);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector<float> SwapHalves(Vector<float> a)
    {
        var result = a;
        for (var i = 0; i < Vector<float>.Count; i++) result = result.WithElement(i, a[(i + (Vector<float>.Count / 2)) % Vector<float>.Count]);
        return result;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector<float> Exp2(Vector<float> t)
    {
        // As in the AVX2 version. NaN passes through the selects because every comparison with it is false.
        t = Vector.ConditionalSelect(Vector.LessThan(t, new(Exp2Polynomial.Lowest)), new(Exp2Polynomial.Lowest), t);
        t = Vector.ConditionalSelect(Vector.GreaterThan(t, new(Exp2Polynomial.Highest)), new(Exp2Polynomial.Highest), t);
        var shifted = t + new Vector<float>(Exp2Polynomial.RoundingShift);
        var f = t - (shifted - new Vector<float>(Exp2Polynomial.RoundingShift));
        var p = MultiplyAdd(new(Exp2Polynomial.Centred5), f, new(Exp2Polynomial.Centred4));
        p = MultiplyAdd(p, f, new(Exp2Polynomial.Centred3));
        p = MultiplyAdd(p, f, new(Exp2Polynomial.Centred2));
        p = MultiplyAdd(p, f, new(Exp2Polynomial.Centred1));
        p = MultiplyAdd(p, f, new(Exp2Polynomial.Centred0));
        return Vector.AsVectorSingle(Vector.AsVectorInt32(p) + (Vector.AsVectorInt32(shifted) << MantissaBits));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Sum(Vector<float> a) => Vector.Sum(a);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float MaxElement(Vector<float> a)
    {
        var result = a[0];
        for (var i = 1; i < Vector<float>.Count; i++) result = a[i] > result ? a[i] : result;
        return result;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float MinElement(Vector<float> a)
    {
        var result = a[0];
        for (var i = 1; i < Vector<float>.Count; i++) result = a[i] < result ? a[i] : result;
        return result;
    }
}
