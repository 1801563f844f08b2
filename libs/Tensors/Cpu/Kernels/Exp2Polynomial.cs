namespace VideoGrain.Tensors.Cpu.Kernels;

/// <summary>
/// Minimax polynomials of degree 5 for 2^f: relative error 7.5e-8 before rounding, below 2e-7 with it.
/// </summary>
internal static class Exp2Polynomial
{
    /// <summary>Coefficients for f in [0, 1), from f^0 up.</summary>
    public const float Unit0 = 0.99999994f, Unit1 = 0.6931531f, Unit2 = 0.24015361f, Unit3 = 0.055826318f, Unit4 = 0.008989342f, Unit5 = 0.0018775762f;

    /// <summary>Coefficients for f in [-1/2, 1/2], from f^0 up.</summary>
    public const float Centred0 = 1.0000001f, Centred1 = 0.69314694f, Centred2 = 0.2402212f, Centred3 = 0.055507135f, Centred4 = 0.009675541f, Centred5 = 0.0013276469f;

    /// <summary>Smallest and largest argument whose power is a normal number.</summary>
    public const float Lowest = -126, Highest = 127;

    /// <summary>1.5 * 2^23: adding it to a number below 2^22 in size rounds that to an integer.</summary>
    public const float RoundingShift = 12582912;

    /// <summary>log2(e): turns exp(x) into 2^(x log2 e).</summary>
    public const float Log2E = 1.44269504f;
}
