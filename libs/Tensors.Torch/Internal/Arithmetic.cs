using TorchSharp;

namespace VideoGrain.Tensors.Torch.Internal;

/// <summary>
/// Sums, and arithmetic with numbers. TorchSharp turns a number into a <see cref="Scalar"/>, even the factor 1 of a plain sum, and keeps it for no longer than
/// its address is being read: garbage collection during the call frees it, and the operation fails or goes on with what lies there then. Here numbers
/// live until the operation has ended; BannedSymbols.txt names what stands in for it.
/// </summary>
internal static class Arithmetic
{
    private static readonly Scalar Zero = 0.ToScalar();
    private static readonly Scalar One = 1.ToScalar();

    /// <summary>x + y.</summary>
    public static torch.Tensor Plus(this torch.Tensor x, torch.Tensor y) => x.add(y, One);

    /// <summary>x + number.</summary>
    public static torch.Tensor Plus(this torch.Tensor x, double number)
    {
        using var scalar = number.ToScalar();
        return x.add(scalar, One);
    }

    /// <summary>x becomes x + y.</summary>
    public static torch.Tensor PlusInPlace(this torch.Tensor x, torch.Tensor y) => x.add_(y, One);

    /// <summary>x becomes x + factor y.</summary>
    public static torch.Tensor PlusInPlace(this torch.Tensor x, torch.Tensor y, double factor)
    {
        using var scalar = factor.ToScalar();
        return x.add_(y, scalar);
    }

    /// <summary>x becomes x + number.</summary>
    public static torch.Tensor PlusInPlace(this torch.Tensor x, double number)
    {
        using var scalar = number.ToScalar();
        return x.add_(scalar, One);
    }

    /// <summary>x + y z.</summary>
    public static torch.Tensor PlusProduct(this torch.Tensor x, torch.Tensor y, torch.Tensor z) => x.addcmul(y, z, One);

    /// <summary>factor x.</summary>
    public static torch.Tensor Times(this torch.Tensor x, double factor)
    {
        using var scalar = factor.ToScalar();
        return x.mul(scalar);
    }

    /// <summary>x becomes factor x.</summary>
    public static torch.Tensor TimesInPlace(this torch.Tensor x, double factor)
    {
        using var scalar = factor.ToScalar();
        return x.mul_(scalar);
    }

    /// <summary>x / divisor.</summary>
    public static torch.Tensor Over(this torch.Tensor x, double divisor)
    {
        using var scalar = divisor.ToScalar();
        return x.div(scalar);
    }

    /// <summary>x, and a number where it is larger.</summary>
    public static torch.Tensor AtMost(this torch.Tensor x, double number)
    {
        using var scalar = number.ToScalar();
        return x.clamp(max: scalar);
    }

    /// <summary>Where x is not negative.</summary>
    public static torch.Tensor NotNegative(this torch.Tensor x) => x.ge(Zero);

    /// <summary>x, and 0 where it is negative.</summary>
    public static torch.Tensor OrZero(this torch.Tensor x) => x.clamp(min: Zero);
}
