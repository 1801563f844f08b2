namespace VideoGrain.Diffusion.Vae;

/// <summary>Halves of an autoencoder.</summary>
[Flags]
public enum AutoencoderHalves
{
    /// <summary>Neither.</summary>
    None = 0,

    /// <summary>Images to latents.</summary>
    Encoder = 1,

    /// <summary>Latents to images.</summary>
    Decoder = 2,

    /// <summary>The whole autoencoder.</summary>
    Both = Encoder | Decoder,
}
