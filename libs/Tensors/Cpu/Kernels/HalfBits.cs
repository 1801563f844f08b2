namespace VideoGrain.Tensors.Cpu.Kernels;

/// <summary>
/// What it takes to widen fp16 in bits. Shifted by 13, the magnitude of a normal number needs 112 added to its exponent. A subnormal one is m / 2^24:
/// with the exponent of 2^-14 in front it reads 2^-14 + m / 2^24. Neither way touches a subnormal of fp32, which some processors are slow at.
/// </summary>
internal static class HalfBits
{
    /// <summary>All bits but the sign.</summary>
    public const uint Magnitude = 0x7FFF;

    /// <summary>The sign.</summary>
    public const uint Sign = 0x8000;

    /// <summary>All bits of the exponent: an infinity, or with a mantissa NaN.</summary>
    public const ushort Infinity = 0x7C00;

    /// <summary>From the mantissa of a half to that of a float.</summary>
    public const int MantissaShift = 13;

    /// <summary>From the sign of a half, or the whole of a bf16, to the upper half of a float.</summary>
    public const int SignShift = 16;

    /// <summary>112, as an exponent: the difference of the biases.</summary>
    public const uint NormalExponent = 112u << 23;

    /// <summary>The exponent of 2^-14.</summary>
    public const uint SubnormalExponent = 113u << 23;

    /// <summary>The least normal half, 2^-14.</summary>
    public const float LeastNormal = 6.103515625e-5f;

    /// <summary>Its magnitude, shifted.</summary>
    public const uint LeastNormalMagnitude = 1u << 23;
}
