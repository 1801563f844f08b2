namespace VideoGrain.ServiceDefaults.Contract;

/// <summary>Names of the tensors of the stages' calls; the contract says what each holds.</summary>
public static class TensorNames
{
    /// <summary>RGB frames of a clip.</summary>
    public const string Frames = "frames";

    /// <summary>Control maps.</summary>
    public const string Control = "control";

    /// <summary>Optical flow.</summary>
    public const string Flow = "flow";

    /// <summary>Noise of the VAE posterior's sample.</summary>
    public const string PosteriorNoise = "posterior_noise";

    /// <summary>Latents to go on from.</summary>
    public const string Checkpoint = "checkpoint";

    /// <summary>Latents after a step.</summary>
    public const string Latents = "latents";

    /// <summary>Scaled posterior sample of the clip.</summary>
    public const string SourceLatents = "source_latents";

    /// <summary>Scaled posterior mean of the clip.</summary>
    public const string SourceMean = "source_mean";

    /// <summary>Latents after every inversion step, from none to all.</summary>
    public const string SourceTrajectory = "source_trajectory";

    /// <summary>Recorded self-attention.</summary>
    public const string SelfAttention = "self_attention";

    /// <summary>Recorded cross-attention.</summary>
    public const string CrossAttention = "cross_attention";

    /// <summary>Region masks.</summary>
    public const string Masks = "masks";

    /// <summary>Attention of the regions' phrases.</summary>
    public const string HeatMaps = "heat_maps";

    /// <summary>Frames of a preview.</summary>
    public const string Preview = "preview";
}
