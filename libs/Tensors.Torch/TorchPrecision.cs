namespace VideoGrain.Tensors.Torch;

/// <summary>
/// What activations and weights of a <see cref="TorchEngine"/> are kept in. Sums are fp32 in all of them, but that on a CUDA device the library may split a product in bf16 along
/// its depth and round the parts' sums to bf16.
/// </summary>
public enum TorchPrecision
{
    /// <summary>IEEE 754 binary16: what the published implementation uses on a GPU.</summary>
    Float16,

    /// <summary>bfloat16: the range of fp32 with 8 bits of precision.</summary>
    BFloat16,

    /// <summary>IEEE 754 binary32.</summary>
    Float32,
}
