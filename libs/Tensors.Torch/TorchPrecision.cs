namespace VideoGrain.Tensors.Torch;

/// <summary>What activations and weights of a <see cref="TorchEngine"/> are kept in; sums are fp32 in all of them.</summary>
public enum TorchPrecision
{
    /// <summary>IEEE 754 binary16: what the published implementation uses on a GPU.</summary>
    Float16,

    /// <summary>bfloat16: the range of fp32 with 8 bits of precision.</summary>
    BFloat16,

    /// <summary>IEEE 754 binary32.</summary>
    Float32,
}
