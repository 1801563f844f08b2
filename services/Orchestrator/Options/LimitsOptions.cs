namespace VideoGrain.Orchestrator.Options;

/// <summary>What a submission may hold. Section <c>Limits</c>.</summary>
public sealed class LimitsOptions
{
    /// <summary>Name of the configuration section.</summary>
    public const string Section = "Limits";

    /// <summary>Most frames of an edited clip.</summary>
    public int MaxFrames { get; set; } = 128;

    /// <summary>Most frames of a clip or mask as uploaded, before some are taken out of it.</summary>
    public int MaxSourceFrames { get; set; } = 1024;

    /// <summary>Most pixels of an edited frame.</summary>
    public long MaxFramePixels { get; set; } = 1024 * 1024;

    /// <summary>Most pixels of an edited clip, all frames together.</summary>
    public long MaxClipPixels { get; set; } = 128L * 512 * 512;

    /// <summary>Most pixels of a frame as uploaded, and of one that is scaled and not yet cut.</summary>
    public long MaxSourceFramePixels { get; set; } = 3840L * 2160;

    /// <summary>Most bytes of an upload's decoded pixels.</summary>
    public long MaxDecodedBytes { get; set; } = 1L << 30;

    /// <summary>Most bytes of all uploads of a submission.</summary>
    public long MaxUploadBytes { get; set; } = 256L << 20;

    /// <summary>Most regions, 1 to 64.</summary>
    public int MaxRegions { get; set; } = 16;

    /// <summary>Most denoising or inversion steps, 1 to 1000.</summary>
    public int MaxSteps { get; set; } = 1000;

    /// <summary>Most characters of a prompt.</summary>
    public int MaxPromptLength { get; set; } = 2000;

    /// <summary>Pixels per latent cell that frame sizes must be multiples of, unless the model says otherwise.</summary>
    public int PixelsPerLatent { get; set; } = 8;

    /// <summary>Longest pause between two messages of an upload.</summary>
    public TimeSpan IdleTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Longest wait for all messages of an upload together.</summary>
    public TimeSpan UploadTimeout { get; set; } = TimeSpan.FromMinutes(15);

    /// <summary>Longest time that decoding an upload may take.</summary>
    public TimeSpan DecodeTimeout { get; set; } = TimeSpan.FromMinutes(2);

    /// <summary>Submissions that are decoded at a time.</summary>
    public int MaxConcurrentDecodes { get; set; } = 2;
}
