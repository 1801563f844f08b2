namespace VideoGrain.Cli.Capacity;

/// <summary>The stages that need a GPU, in the order in which a clip passes them.</summary>
internal enum GpuStage
{
    /// <summary>Clip to inverted latents.</summary>
    Inversion,

    /// <summary>Inverted latents to edited frames.</summary>
    Denoising,
}
