namespace VideoGrain.Cli.Chaos;

/// <summary>The four services.</summary>
internal enum ServiceName
{
    /// <summary>Jobs, queue, artifacts.</summary>
    Orchestrator,

    /// <summary>Masks, control maps, flow.</summary>
    Segmentation,

    /// <summary>DDIM inversion.</summary>
    Inversion,

    /// <summary>Guided denoising.</summary>
    Denoiser,
}
