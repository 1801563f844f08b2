using System.Runtime.CompilerServices;

namespace VideoGrain.Tensors.Cpu.Kernels;

/// <summary>The non-linearities, on vectors.</summary>
internal static class VectorMath<TIsa, V>
    where TIsa : struct, IVectorIsa<V>
    where V : unmanaged
{
    private const float QuickGeluSlope = 1.702f;

    /// <summary>Applies an activation; the switch is hoisted by the branch predictor, not worth a type parameter.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Activate(V x, Activation activation) => activation switch
    {
        Activation.Silu => ScaledSigmoid(x, 1),
        Activation.QuickGelu => ScaledSigmoid(x, QuickGeluSlope),
        Activation.Gelu => Gelu(x),
        _ => x,
    };

    /// <summary>x * sigmoid(slope * x).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V ScaledSigmoid(V x, float slope)
    {
        var e = TIsa.Exp2(TIsa.Multiply(x, TIsa.Broadcast(-slope * Exp2Polynomial.Log2E)));
        return TIsa.Divide(x, TIsa.Add(TIsa.Broadcast(1), e));
    }

    /// <summary>
    /// x * Phi(x). log2 Phi(-z) is smooth, so a polynomial of degree 8 in z = |x| and one power of two give Phi on both sides,
    /// with an absolute error of the product below 2e-7 (fit: 1e-8 on [0, 6]; beyond, the polynomial keeps falling).
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Gelu(V x)
    {
        var z = TIsa.Min(TIsa.Abs(x), TIsa.Broadcast(GeluPolynomial.Highest));
        var p = TIsa.MultiplyAdd(TIsa.Broadcast(GeluPolynomial.C8), z, TIsa.Broadcast(GeluPolynomial.C7));
        p = TIsa.MultiplyAdd(p, z, TIsa.Broadcast(GeluPolynomial.C6));
        p = TIsa.MultiplyAdd(p, z, TIsa.Broadcast(GeluPolynomial.C5));
        p = TIsa.MultiplyAdd(p, z, TIsa.Broadcast(GeluPolynomial.C4));
        p = TIsa.MultiplyAdd(p, z, TIsa.Broadcast(GeluPolynomial.C3));
        p = TIsa.MultiplyAdd(p, z, TIsa.Broadcast(GeluPolynomial.C2));
        p = TIsa.MultiplyAdd(p, z, TIsa.Broadcast(GeluPolynomial.C1));
        p = TIsa.MultiplyAdd(p, z, TIsa.Broadcast(GeluPolynomial.C0));
        var tail = TIsa.Exp2(p);
        return TIsa.Multiply(x, TIsa.SelectNegative(x, tail, TIsa.Subtract(TIsa.Broadcast(1), tail)));
    }
}
