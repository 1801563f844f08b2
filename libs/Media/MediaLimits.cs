namespace VideoGrain.Media;

/// <summary>What is accepted from outside. Every reader checks these before it allocates.</summary>
public sealed record MediaLimits
{
    /// <summary>The limits used when a caller names none.</summary>
    public static MediaLimits Default { get; } = new();

    /// <summary>Most frames in a clip or mask sequence.</summary>
    public int MaxFrames { get; init; } = 512;

    /// <summary>Longest side of a frame, in pixels.</summary>
    public int MaxSide { get; init; } = 8192;

    /// <summary>Most pixels in one frame.</summary>
    public long MaxPixelsPerFrame { get; init; } = 4096L * 2304;

    /// <summary>Most bytes of an encoded clip, archive or picture.</summary>
    public long MaxInputBytes { get; init; } = 512L << 20;

    /// <summary>Most bytes of decoded pixels (3 per pixel), all frames together.</summary>
    public long MaxDecodedBytes { get; init; } = 2L << 30;

    /// <summary>Longest time one probe, decode or encode may take.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromMinutes(2);

    internal void CheckSize(long width, long height)
    {
        if (width < 1 || height < 1)
            throw new MediaException(MediaError.Damaged, $"A size of {width} x {height} pixels is no picture.");
        if (Math.Max(width, height) > MaxSide)
        {
            throw new MediaException(MediaError.PixelLimitExceeded,
                $"A side of {Math.Max(width, height)} pixels exceeds the limit of {MaxSide}.", Math.Max(width, height), MaxSide);
        }

        if (width * height > MaxPixelsPerFrame)
        {
            throw new MediaException(MediaError.PixelLimitExceeded,
                $"{width} x {height} pixels exceed the limit of {MaxPixelsPerFrame} pixels per frame.", width * height, MaxPixelsPerFrame);
        }
    }

    internal void CheckInputBytes(long bytes)
    {
        if (bytes > MaxInputBytes)
        {
            throw new MediaException(MediaError.ByteLimitExceeded,
                $"{bytes} bytes exceed the limit of {MaxInputBytes} bytes.", bytes, MaxInputBytes);
        }
    }

    internal void CheckFrames(int frames)
    {
        if (frames > MaxFrames)
        {
            throw new MediaException(MediaError.FrameLimitExceeded,
                $"The clip has more than the allowed {MaxFrames} frames.", frames, MaxFrames);
        }
    }

    internal void CheckDecodedBytes(long bytes)
    {
        if (bytes > MaxDecodedBytes)
        {
            throw new MediaException(MediaError.ByteLimitExceeded,
                $"The decoded frames exceed the limit of {MaxDecodedBytes} bytes.", bytes, MaxDecodedBytes);
        }
    }
}
