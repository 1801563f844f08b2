namespace VideoGrain.Media.Ffmpeg;

/// <summary>Where ffmpeg and ffprobe are.</summary>
/// <param name="Ffmpeg">Path or name of ffmpeg.</param>
/// <param name="Ffprobe">Path or name of ffprobe.</param>
public sealed record FfmpegTools(string Ffmpeg = "ffmpeg", string Ffprobe = "ffprobe")
{
    /// <summary>Environment variable that names a folder holding both programs; without it they are looked up on PATH.</summary>
    public const string FolderVariable = "VIDEOGRAIN_FFMPEG_DIR";

    /// <summary>The programs that this machine is set up to use.</summary>
    /// <returns>Paths below the folder of <see cref="FolderVariable"/>, or plain names.</returns>
    public static FfmpegTools FromEnvironment() => Environment.GetEnvironmentVariable(FolderVariable) is { Length: > 0 } folder
        ? new FfmpegTools(Path.Combine(folder, "ffmpeg"), Path.Combine(folder, "ffprobe"))
        : new FfmpegTools();
}
