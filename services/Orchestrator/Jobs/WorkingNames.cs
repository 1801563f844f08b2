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

    /// <summary>The edited frames: uint8 [f, H, W, 3] RGB.</summary>
    public const string Edited = "denoised/frames";

    /// <summary>A mask as the caller gave it: uint8 [f or 1, H', W'].</summary>
    public static string Mask(string upload) => "masks/" + upload;
}
