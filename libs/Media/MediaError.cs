namespace VideoGrain.Media;

/// <summary>Why a clip, a picture or a mask was refused, or could not be made.</summary>
public enum MediaError
{
    /// <summary>The bytes are no clip in a format this library reads.</summary>
    NotAVideo,

    /// <summary>The container holds no video stream, or a codec outside the allow-list.</summary>
    UnsupportedCodec,

    /// <summary>The clip, mask or picture is cut short, or its bytes contradict each other.</summary>
    Damaged,

    /// <summary>A clip without a single decodable frame.</summary>
    NoFrames,

    /// <summary>More frames than <see cref="MediaLimits.MaxFrames"/>.</summary>
    FrameLimitExceeded,

    /// <summary>More pixels per frame than <see cref="MediaLimits.MaxPixelsPerFrame"/>, or a side above <see cref="MediaLimits.MaxSide"/>.</summary>
    PixelLimitExceeded,

    /// <summary>More bytes than <see cref="MediaLimits.MaxInputBytes"/> or <see cref="MediaLimits.MaxDecodedBytes"/>.</summary>
    ByteLimitExceeded,

    /// <summary>The work took longer than <see cref="MediaLimits.Timeout"/>.</summary>
    TimedOut,

    /// <summary>The bytes are no PNG picture of a kind this library reads.</summary>
    NotAPng,

    /// <summary>Sizes that have to agree do not.</summary>
    SizeMismatch,

    /// <summary>Counts that have to agree do not.</summary>
    CountMismatch,

    /// <summary>A file or folder that is not there.</summary>
    NotFound,

    /// <summary><c>ffmpeg</c> or <c>ffprobe</c> is not installed.</summary>
    ToolMissing,

    /// <summary>The encoder gave up.</summary>
    EncodingFailed,

    /// <summary>The disk has no room for what is being written.</summary>
    DiskFull,
}
