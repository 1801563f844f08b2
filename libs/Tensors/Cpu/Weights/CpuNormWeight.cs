using VideoGrain.Tensors.Cpu.Memory;

namespace VideoGrain.Tensors.Cpu.Weights;

/// <summary>A normalisation layer's scale and shift on the CPU engine.</summary>
internal sealed unsafe class CpuNormWeight(NativeBuffer scale, NativeBuffer shift) : NormWeight
{
    /// <summary>Scale per channel.</summary>
    public float* Scale => scale.Pointer;

    /// <summary>Shift per channel.</summary>
    public float* Shift => shift.Pointer;

    /// <inheritdoc/>
    public override void Dispose()
    {
        scale.Dispose();
        shift.Dispose();
    }
}
