namespace VideoGrain.Cli.Chaos;

/// <summary>The processes of a system under test.</summary>
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

    /// <summary>A second orchestrator, where the database takes several.</summary>
    Replica,
}
