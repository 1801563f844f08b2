namespace VideoGrain.Media.Ffmpeg;

/// <summary>What a clip says about itself. All of it is a claim until the frames are decoded.</summary>
/// <param name="Container">The container, recognised by content.</param>
/// <param name="Codec">ffmpeg's name of the video codec, for example <c>h264</c>.</param>
/// <param name="Width">Coded pixels per row, before any rotation.</param>
/// <param name="Height">Coded rows, before any rotation.</param>
/// <param name="FrameRate">Average frames per second; <see cref="Media.FrameRate.Default"/> if the clip names none.</param>
/// <param name="Frames">Number of frames if the container states it.</param>
/// <param name="Duration">Length if the container states it.</param>
/// <param name="Bytes">Size of the file.</param>
public sealed record VideoInfo(
    ContainerFormat Container, string Codec, int Width, int Height, FrameRate FrameRate, int? Frames, TimeSpan? Duration, long Bytes);
