namespace VideoGrain.Tensors.Cpu;

/// <summary>Instruction set that the CPU engine's kernels use.</summary>
public enum CpuInstructionSet
{
    /// <summary>The widest one this processor has.</summary>
    Auto,

    /// <summary>512-bit vectors (AVX-512 F, DQ).</summary>
    Avx512,

    /// <summary>256-bit vectors with fused multiply-add (AVX2, FMA).</summary>
    Avx2,

    /// <summary>Whatever <see cref="System.Numerics.Vector{T}"/> is on this processor.</summary>
    Portable,
}
