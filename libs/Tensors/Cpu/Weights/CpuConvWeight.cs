namespace VideoGrain.Tensors.Cpu.Weights;

/// <summary>A convolution's weight on the CPU engine.</summary>
internal sealed class CpuConvWeight(PackedMatrix matrix) : ConvWeight
{
    /// <summary>The packed matrix.</summary>
    public PackedMatrix Matrix => matrix;

    /// <inheritdoc/>
    public override void Dispose() => matrix.Dispose();
}
