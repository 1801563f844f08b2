namespace VideoGrain.Media.Ffmpeg;

/// <summary>Decodes a clip to 8-bit RGB frames with a child ffmpeg, which sees one file, one demuxer, no network.</summary>
public sealed class VideoDecoder
{
    private readonly MediaLimits _limits;
    private readonly FfmpegTools _tools;
    private readonly VideoProbe _probe;

    /// <summary>Creates a decoder.</summary>
    /// <param name="limits">What is accepted; the defaults when null.</param>
    /// <param name="tools">The programs; those of the environment when null.</param>
    public VideoDecoder(MediaLimits? limits = null, FfmpegTools? tools = null)
    {
        _limits = limits ?? MediaLimits.Default;
        _tools = tools ?? FfmpegTools.FromEnvironment();
        _probe = new VideoProbe(_limits, _tools);
    }

    /// <summary>Decodes every frame of the first video stream, each once, rotated as the clip asks.</summary>
    /// <param name="path">The file.</param>
    /// <param name="cancellation">Ends the wait and the child process.</param>
    /// <returns>The frames.</returns>
    /// <exception cref="MediaException">No clip, no frames, damaged, too slow, or beyond the limits.</exception>
    public async Task<VideoFrames> DecodeAsync(string path, CancellationToken cancellation = default)
    {
        VideoInfo info = await _probe.ProbeAsync(path, cancellation);
        List<Frame> frames = [];
        (int code, string errors) = await ToolRunner.RunAsync(
            _tools.Ffmpeg,
            ["-nostdin", "-hide_banner", "-v", "error", "-max_pixels", Invariant(_limits.MaxPixelsPerFrame), .. VideoProbe.Input(info.Container, path),
                "-map", "0:v:0", "-fps_mode", "passthrough", "-frames:v", Invariant(_limits.MaxFrames + 1L),
                "-f", "image2pipe", "-c:v", "ppm", "-pix_fmt", "rgb24", "pipe:1"],
            feed: null,
            (stream, token) => DrainAsync(stream, frames, token),
            _limits.Timeout, cancellation);
        if (frames.Count == 0 && info.Frames is null)
            throw new MediaException(MediaError.NoFrames, "The clip holds no frame that can be decoded.");
        // ffmpeg conceals damage and goes on; a clip that is to be edited has to be whole.
        if (code != 0 || errors.Length > 0 || info.Frames > frames.Count)
            throw new MediaException(MediaError.Damaged, $"The clip is damaged or cut short; {frames.Count} frames could be decoded.");
        return new VideoFrames(frames, info.FrameRate);
    }

    /// <summary>Decodes a clip in memory, by way of a temporary file that is removed whatever happens.</summary>
    /// <param name="clip">The whole file.</param>
    /// <param name="cancellation">Ends the wait and the child process.</param>
    /// <returns>The frames.</returns>
    /// <exception cref="MediaException">As for <see cref="DecodeAsync(string, CancellationToken)"/>.</exception>
    public async Task<VideoFrames> DecodeAsync(ReadOnlyMemory<byte> clip, CancellationToken cancellation = default)
    {
        _limits.CheckInputBytes(clip.Length);
        using TemporaryFile file = new(".clip");
        await File.WriteAllBytesAsync(file.Path, clip, cancellation);
        return await DecodeAsync(file.Path, cancellation);
    }

    private static string Invariant(long value) => value.ToString(System.Globalization.CultureInfo.InvariantCulture);

    private async Task DrainAsync(Stream stream, List<Frame> frames, CancellationToken cancellation)
    {
        PpmStream pictures = new(stream, _limits);
        long bytes = 0;
        while (await pictures.ReadAsync(cancellation) is Frame frame)
        {
            bytes += frame.Rgb.Length;
            _limits.CheckFrames(frames.Count + 1);
            _limits.CheckDecodedBytes(bytes);
            frames.Add(frame);
        }
    }
}
