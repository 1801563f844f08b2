namespace VideoGrain.Diffusion;

/// <summary>What to load besides the model folder itself.</summary>
public sealed record ModelLoadOptions
{
    /// <summary>ControlNets that lie outside the model folder, by the name they shall have.</summary>
    public IReadOnlyDictionary<string, string> ControlNetFolders { get; init; } = new Dictionary<string, string>();

    /// <summary>Clock that the load time is taken from.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;
}
