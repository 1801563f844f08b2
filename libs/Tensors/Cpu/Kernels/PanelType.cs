namespace VideoGrain.Tensors.Cpu.Kernels;

/// <summary>How the numbers of a packed matrix are kept. The narrow kinds become fp32, exactly, block by block while a product runs.</summary>
internal enum PanelType
{
    /// <summary>fp32.</summary>
    Single,

    /// <summary>fp16, finite numbers only.</summary>
    Half,

    /// <summary>bf16.</summary>
    BFloat16,
}
