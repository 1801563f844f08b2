using VideoGrain.Tensors.Cpu.Memory;

namespace VideoGrain.Tensors.Cpu.Weights;

/// <summary>A lookup table on the CPU engine.</summary>
internal sealed unsafe class CpuEmbeddingWeight(NativeBuffer table) : EmbeddingWeight
{
    /// <summary>[rows, width].</summary>
    public float* Table => table.Pointer;

    /// <inheritdoc/>
    public override void Dispose() => table.Dispose();
}
