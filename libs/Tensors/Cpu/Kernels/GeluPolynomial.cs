namespace VideoGrain.Tensors.Cpu.Kernels;

/// <summary>log2 of the normal distribution's tail, log2 Phi(-z), as a polynomial in z on [0, 6].</summary>
internal static class GeluPolynomial
{
    /// <summary>Coefficients from z^0 up.</summary>
    public const float C0 = -0.9999999f, C1 = -1.1511097f, C2 = -0.45917222f, C3 = -0.052603055f, C4 = 0.0072163953f,
        C5 = -0.00025344049f, C6 = -0.00013808662f, C7 = 2.927166e-5f, C8 = -1.9918698e-6f;

    /// <summary>Arguments are cut here: the tail is 0 in fp32 long before.</summary>
    public const float Highest = 20;
}
