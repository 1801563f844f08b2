namespace VideoGrain.Tensors.Cpu.Kernels;

/// <summary>The kernels, specialised for one instruction set.</summary>
internal sealed class CpuKernels<TIsa, V>(CpuInstructionSet set) : CpuKernels
    where TIsa : struct, IVectorIsa<V>
    where V : unmanaged
{
    public override int Width => TIsa.Width;

    public override CpuInstructionSet InstructionSet => set;

    public override void Gemm(CpuEngine engine, ref GemmArguments arguments) => Gemm<TIsa, V>.Run(engine, ref arguments);

    public override void Winograd(CpuEngine engine, ref WinogradArguments arguments) => Winograd<TIsa, V>.Run(engine, ref arguments);

    public override void Attention(CpuEngine engine, ref AttentionArguments arguments) => Attention<TIsa, V>.Run(engine, ref arguments);

    public override void DiagonalProbabilities(CpuEngine engine, ref AttentionArguments arguments) => Attention<TIsa, V>.RunDiagonal(engine, ref arguments);

    public override void Scores(CpuEngine engine, ref AttentionArguments arguments) => Attention<TIsa, V>.RunScores(engine, ref arguments);

    public override void SelectedAttention(CpuEngine engine, ref SelectedAttentionArguments arguments) => SelectedAttention<TIsa, V>.Run(engine, ref arguments);

    public override void GroupNorm(CpuEngine engine, ref GroupNormArguments arguments) => GroupNorm<TIsa, V>.Run(engine, ref arguments);

    public override void LayerNorm(CpuEngine engine, ref PointwiseArguments arguments) => Pointwise<TIsa, V>.LayerNorm(engine, ref arguments);

    public override void Activate(CpuEngine engine, ref PointwiseArguments arguments) => Pointwise<TIsa, V>.Activate(engine, ref arguments);

    public override void Combine(CpuEngine engine, ref PointwiseArguments arguments) => Pointwise<TIsa, V>.Combine(engine, ref arguments);

    public override void Affine(CpuEngine engine, ref PointwiseArguments arguments) => Pointwise<TIsa, V>.Affine(engine, ref arguments);

    public override void Geglu(CpuEngine engine, ref PointwiseArguments arguments) => Pointwise<TIsa, V>.Geglu(engine, ref arguments);

    public override void Blend(CpuEngine engine, ref PointwiseArguments arguments) => Pointwise<TIsa, V>.Blend(engine, ref arguments);

    public override void FindNonFinite(CpuEngine engine, ref PointwiseArguments arguments) => Pointwise<TIsa, V>.FindNonFinite(engine, ref arguments);
}
