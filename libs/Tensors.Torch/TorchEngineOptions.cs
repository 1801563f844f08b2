namespace VideoGrain.Tensors.Torch;

/// <summary>Settings of a <see cref="TorchEngine"/>.</summary>
public sealed record TorchEngineOptions
{
    /// <summary>Device number that stands for the processor.</summary>
    public const int Cpu = -1;

    /// <summary>CUDA device, 0 or more; <see cref="Cpu"/> computes on the processor. Default: 0.</summary>
    public int Device { get; init; }

    /// <summary>Precision of activations and weights. Default: fp16.</summary>
    public TorchPrecision Precision { get; init; } = TorchPrecision.Float16;

    /// <summary>
    /// Most bytes of scores that a pass over a block of queries keeps at once (the extremes of ST-Layout attention, listed keys, what clustering
    /// records): 1 MiB or more. Default: 256 MiB.
    /// </summary>
    public long ScoreBytes { get; init; } = 256L << 20;

    /// <summary>
    /// Whether kernels of this project's own take the place of slow ways through the library. They need a CUDA device of compute capability 8.0, half precision and NVRTC;
    /// elsewhere the library is taken anyway. Default: true.
    /// </summary>
    public bool OwnKernels { get; init; } = true;

    /// <summary>Told, with the reason, when such a kernel is wanted and cannot be had: at the engine's making, or at the first use with each size of head. Default: nobody.</summary>
    public Action<string>? OnFallback { get; init; }
}
