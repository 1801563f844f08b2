namespace VideoGrain.Orchestrator.Jobs;

/// <summary>Size and pace of a clip, already cut and scaled.</summary>
/// <param name="Frames">Number of frames.</param>
/// <param name="Height">Rows of a frame, pixels.</param>
/// <param name="Width">Columns of a frame, pixels.</param>
/// <param name="FramesPerSecond">Pace of the clip.</param>
public sealed record ClipShape(int Frames, int Height, int Width, double FramesPerSecond)
{
    /// <summary>Bytes of an RGB pixel.</summary>
    public const int BytesPerPixel = 3;

    /// <summary>Bytes of one RGB frame.</summary>
    public long FrameBytes => (long)Height * Width * BytesPerPixel;

    /// <summary>Bytes of the whole clip in RGB.</summary>
    public long ClipBytes => FrameBytes * Frames;
}
