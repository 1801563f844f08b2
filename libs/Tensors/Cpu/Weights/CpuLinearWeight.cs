namespace VideoGrain.Tensors.Cpu.Weights;

/// <summary>A linear layer's weight on the CPU engine.</summary>
internal sealed class CpuLinearWeight(PackedMatrix matrix) : LinearWeight
{
    /// <summary>The packed matrix.</summary>
    public PackedMatrix Matrix => matrix;

    /// <inheritdoc/>
    public override void Dispose() => matrix.Dispose();
}
