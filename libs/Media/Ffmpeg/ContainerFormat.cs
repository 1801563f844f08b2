namespace VideoGrain.Media.Ffmpeg;

/// <summary>The containers that are read. Anything else, playlists above all, is refused before ffmpeg sees it.</summary>
public enum ContainerFormat
{
    /// <summary>ISO base media: mp4, m4v, mov.</summary>
    IsoMedia,

    /// <summary>Matroska: mkv, webm.</summary>
    Matroska,

    /// <summary>Animated GIF.</summary>
    Gif,

    /// <summary>AVI.</summary>
    Avi,
}
