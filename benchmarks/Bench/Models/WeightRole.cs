namespace VideoGrain.Bench.Models;

/// <summary>What a parameter is, which decides how random values for it are drawn.</summary>
internal enum WeightRole
{
    /// <summary>A matrix or kernel: variance 1 / fan-in, so that activations keep their size through the layers.</summary>
    Matrix,

    /// <summary>Scale of a norm: around 1.</summary>
    Scale,

    /// <summary>Bias or shift of a norm: around 0.</summary>
    Shift,
}
