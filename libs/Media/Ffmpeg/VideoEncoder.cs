namespace VideoGrain.Media.Ffmpeg;

/// <summary>Encodes frames as H.264 in mp4 (yuv420p, BT.709, index at the front), which every player reads.</summary>
public sealed class VideoEncoder
{
    private const int LargestFactor = 51;

    // The system's words for ENOSPC and EDQUOT, which is all that the program passes on of them.
    private static readonly string[] NoRoom = ["No space left on device", "Disk quota exceeded"];

    private readonly MediaLimits _limits;
    private readonly FfmpegTools _tools;

    /// <summary>Creates an encoder.</summary>
    /// <param name="limits">Whose timeout applies; the defaults when null.</param>
    /// <param name="tools">The programs; those of the environment when null.</param>
    public VideoEncoder(MediaLimits? limits = null, FfmpegTools? tools = null)
    {
        _limits = limits ?? MediaLimits.Default;
        _tools = tools ?? FfmpegTools.FromEnvironment();
    }

    /// <summary>
    /// Writes a clip. 4:2:0 needs even sides: where a side is odd, its last row or column is repeated once. Containers can state
    /// a crop, but players ignore it, so the file's size is the even one.
    /// </summary>
    /// <param name="clip">The frames.</param>
    /// <param name="path">The file to write; replaced if it exists, absent if encoding fails.</param>
    /// <param name="options">Quality; the defaults when null.</param>
    /// <param name="cancellation">Ends the wait and the child process.</param>
    /// <returns>When the file is complete.</returns>
    /// <exception cref="MediaException">ffmpeg is missing, failed, or took too long.</exception>
    public async Task EncodeAsync(VideoFrames clip, string path, EncodeOptions? options = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(clip);
        options ??= new EncodeOptions();
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)options.Quality, (uint)LargestFactor, nameof(options));
        string partial = path + ".partial";
        try
        {
            (int code, string errors) = await ToolRunner.RunAsync(
                _tools.Ffmpeg,
                ["-hide_banner", "-v", "error", "-f", "rawvideo", "-pix_fmt", "rgb24", "-s", $"{clip.Width}x{clip.Height}",
                    "-framerate", clip.FrameRate.ToString(), "-i", "pipe:0",
                    "-vf", $"{EvenSize(clip)}scale=out_color_matrix=bt709:out_range=tv,format=yuv420p",
                    "-c:v", "libx264", "-preset", options.Preset, "-crf", $"{options.Quality}",
                    "-colorspace", "bt709", "-color_primaries", "bt709", "-color_trc", "bt709", "-color_range", "tv",
                    "-movflags", "+faststart", "-map_metadata", "-1", "-fflags", "+bitexact", "-flags:v", "+bitexact",
                    "-f", "mp4", "-y", "file:" + Path.GetFullPath(partial)],
                async (input, token) =>
                {
                    foreach (Frame frame in clip)
                        await input.WriteAsync(frame.Rgb, token);
                },
                (output, token) => output.CopyToAsync(Stream.Null, token),
                _limits.Timeout, cancellation);
            if (code != 0 && NoRoom.Any(text => errors.Contains(text, StringComparison.Ordinal)))
                throw new MediaException(MediaError.DiskFull, "the disk has no room for the clip");
            if (code != 0)
                throw new MediaException(MediaError.EncodingFailed, "ffmpeg could not encode the clip: " + errors.Trim());
            File.Move(partial, path, overwrite: true);
        }
        finally
        {
            File.Delete(partial);
        }
    }

    /// <summary>fillborders repeats the edge into the margin that pad adds; neither is needed for even sizes.</summary>
    private static string EvenSize(VideoFrames clip)
    {
        int right = clip.Width % 2, bottom = clip.Height % 2;
        return right + bottom == 0 ? "" : $"pad=iw+{right}:ih+{bottom},fillborders=right={right}:bottom={bottom}:mode=smear,";
    }

    /// <summary>Encodes into memory, by way of a temporary file that is removed whatever happens.</summary>
    /// <param name="clip">The frames.</param>
    /// <param name="options">Quality; the defaults when null.</param>
    /// <param name="cancellation">Ends the wait and the child process.</param>
    /// <returns>The file's bytes.</returns>
    /// <exception cref="MediaException">ffmpeg is missing, failed, or took too long.</exception>
    public async Task<byte[]> EncodeAsync(VideoFrames clip, EncodeOptions? options = null, CancellationToken cancellation = default)
    {
        using TemporaryFile file = new(".mp4");
        await EncodeAsync(clip, file.Path, options, cancellation);
        return await File.ReadAllBytesAsync(file.Path, cancellation);
    }
}
