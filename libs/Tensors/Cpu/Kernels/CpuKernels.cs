namespace VideoGrain.Tensors.Cpu.Kernels;

/// <summary>The kernels of one instruction set, behind one virtual call an operation.</summary>
internal abstract class CpuKernels
{
    /// <summary>Elements of a vector; decides how matrices are packed.</summary>
    public abstract int Width { get; }

    /// <summary>The instruction set.</summary>
    public abstract CpuInstructionSet InstructionSet { get; }

    /// <summary>Chooses kernels.</summary>
    /// <exception cref="PlatformNotSupportedException">This processor lacks the instruction set asked for.</exception>
    public static CpuKernels Choose(CpuInstructionSet set) => set switch
    {
        CpuInstructionSet.Auto => Avx512Isa.IsSupported ? Choose(CpuInstructionSet.Avx512)
            : Avx2Isa.IsSupported ? Choose(CpuInstructionSet.Avx2) : Choose(CpuInstructionSet.Portable),
        CpuInstructionSet.Avx512 when Avx512Isa.IsSupported => new CpuKernels<Avx512Isa, System.Runtime.Intrinsics.Vector512<float>>(set),
        CpuInstructionSet.Avx2 when Avx2Isa.IsSupported => new CpuKernels<Avx2Isa, System.Runtime.Intrinsics.Vector256<float>>(set),
        CpuInstructionSet.Portable => new CpuKernels<PortableIsa, System.Numerics.Vector<float>>(set),
        CpuInstructionSet.Avx512 or CpuInstructionSet.Avx2 => throw new PlatformNotSupportedException($"this processor does not support {set}"),
        _ => throw new ArgumentOutOfRangeException(nameof(set), set, "unknown instruction set"),
    };

    public abstract void Gemm(CpuEngine engine, ref GemmArguments arguments);

    public abstract void Winograd(CpuEngine engine, ref WinogradArguments arguments);

    public abstract void Attention(CpuEngine engine, ref AttentionArguments arguments);

    public abstract void DiagonalProbabilities(CpuEngine engine, ref AttentionArguments arguments);

    public abstract void Scores(CpuEngine engine, ref AttentionArguments arguments);

    public abstract void SelectedAttention(CpuEngine engine, ref SelectedAttentionArguments arguments);

    public abstract void GroupNorm(CpuEngine engine, ref GroupNormArguments arguments);

    public abstract void LayerNorm(CpuEngine engine, ref PointwiseArguments arguments);

    public abstract void Activate(CpuEngine engine, ref PointwiseArguments arguments);

    public abstract void Combine(CpuEngine engine, ref PointwiseArguments arguments);

    public abstract void Affine(CpuEngine engine, ref PointwiseArguments arguments);

    public abstract void Geglu(CpuEngine engine, ref PointwiseArguments arguments);

    public abstract void Blend(CpuEngine engine, ref PointwiseArguments arguments);

    public abstract void FindNonFinite(CpuEngine engine, ref PointwiseArguments arguments);
}
