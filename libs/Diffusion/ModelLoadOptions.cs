using VideoGrain.Diffusion.Vae;

namespace VideoGrain.Diffusion;

/// <summary>What to load of a model folder, and besides it.</summary>
public sealed record ModelLoadOptions
{
    /// <summary>ControlNets that lie outside the model folder, by the name they shall have.</summary>
    public IReadOnlyDictionary<string, string> ControlNetFolders { get; init; } = new Dictionary<string, string>();

    /// <summary>
    /// Halves of the autoencoder to hold in memory: a stage of the pipeline uses one. The other is checked like the rest of the model, and its use fails.
    /// </summary>
    public AutoencoderHalves Autoencoder { get; init; } = AutoencoderHalves.Both;

    /// <summary>Clock that the load time is taken from.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;
}
