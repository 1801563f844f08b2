namespace VideoGrain.Orchestrator.Jobs;

/// <summary>Names of what a job works on.</summary>
internal static class WorkingNames
{
    /// <summary>The clip: uint8 [f, H, W, 3] RGB.</summary>
    public const string Frames = "clip/frames";

    /// <summary>Control maps, given or estimated: uint8 [f, H, W, 3] RGB.</summary>
    public const string Control = "control";

    /// <summary>Optical flow: float32 [f - 1, H, W, 2].</summary>
    public const string Flow = "flow";

    /// <summary>Masks in pixels: uint8 [r, f, H, W], 0 or 1.</summary>
    public const string Masks = "regions/masks";

    /// <summary>What the caller should know about the masks: text, one warning per line.</summary>
    public const string MaskWarnings = "regions/warnings";

    /// <summary>Masks at latent size: uint8 [r, f, h, w], 0 or 1.</summary>
    public const string Layouts = "regions/layouts";

    /// <summary>Where the inversion starts: float32 [f, h, w, c].</summary>
    public const string SourceLatents = "inversion/source_latents";

    /// <summary>What blending keeps: float32 [f, h, w, c].</summary>
    public const string SourceMean = "inversion/source_mean";

    /// <summary>The latents after every inversion step, one record each.</summary>
    public const string Trajectory = "inversion/trajectory";

    /// <summary>Self-attention of the inversion: float32 [f, n, n].</summary>
    public const string SelfAttention = "inversion/self_attention";

    /// <summary>Cross-attention of the inversion: float32 [f, n, tokens].</summary>
    public const string CrossAttention = "inversion/cross_attention";

    /// <summary>Clusters of the inversion's attention: uint8 [clusters, f, rows, columns], 0 or 1.</summary>
    public const string Clusters = "clusters/masks";

    /// <summary>What the clusters are: a ClusterInversionSummary.</summary>
    public const string ClusterSummary = "clusters/summary";

    /// <summary>Prefix of the phrases' attention after a step: float32 [r, f, rows, columns].</summary>
    public const string HeatMaps = "denoised/heat_maps/";

    /// <summary>The edited frames: uint8 [f, H, W, 3] RGB.</summary>
    public const string Edited = "denoised/frames";

    /// <summary>A mask as the caller gave it: uint8 [f or 1, H', W'].</summary>
    public static string Mask(string upload) => "masks/" + upload;

    /// <summary>A mask that was found for a noun: uint8 [f, H, W], 0 or 1.</summary>
    public static string NounMask(string region) => "nouns/" + region;
}
