namespace VideoGrain.ServiceDefaults.Models;

/// <summary>What a CUDA device keeps activations and weights in. The processor computes in fp32.</summary>
public enum EnginePrecision
{
    /// <summary>IEEE 754 binary16.</summary>
    Fp16,

    /// <summary>bfloat16.</summary>
    Bf16,

    /// <summary>IEEE 754 binary32.</summary>
    Fp32,
}
