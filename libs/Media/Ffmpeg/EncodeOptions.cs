namespace VideoGrain.Media.Ffmpeg;

/// <summary>How a clip is written.</summary>
public sealed record EncodeOptions
{
    /// <summary>H.264's constant rate factor: 0 to 51, smaller is better and larger in bytes. 12 is visually lossless.</summary>
    public int Quality { get; init; } = 12;

    /// <summary>x264's preset, its trade of time for size.</summary>
    public string Preset { get; init; } = "medium";
}
