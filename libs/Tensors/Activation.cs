namespace VideoGrain.Tensors;

/// <summary>Pointwise non-linearity that an operation may apply to its result.</summary>
public enum Activation
{
    /// <summary>Identity.</summary>
    None,

    /// <summary>x * sigmoid(x).</summary>
    Silu,

    /// <summary>x * sigmoid(1.702 x), as in OpenAI's CLIP.</summary>
    QuickGelu,

    /// <summary>x * Phi(x) with the exact normal distribution function (erf).</summary>
    Gelu,
}
