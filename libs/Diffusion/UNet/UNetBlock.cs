namespace VideoGrain.Diffusion.UNet;

/// <summary>The three parts of a UNet.</summary>
public enum UNetBlock
{
    /// <summary>Encoder.</summary>
    Down,

    /// <summary>Bottleneck.</summary>
    Middle,

    /// <summary>Decoder.</summary>
    Up,
}
