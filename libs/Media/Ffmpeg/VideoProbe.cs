using System.Globalization;
using System.Text.Json;

namespace VideoGrain.Media.Ffmpeg;

/// <summary>Asks ffprobe what a clip claims to be.</summary>
public sealed class VideoProbe
{
    private const int OutputLimit = 64 << 10;

    /// <summary>What clips are coded with. A shorter list is a smaller target; sound tracks are ignored, whatever their codec.</summary>
    private static readonly string[] Codecs =
    [
        "h264", "hevc", "vp8", "vp9", "av1", "mpeg4", "mpeg2video", "mpeg1video", "mjpeg", "png", "gif", "ffv1", "huffyuv", "ffvhuff", "prores", "rawvideo",
    ];

    private readonly FfmpegTools _tools;
    private readonly MediaLimits _limits;

    /// <summary>Creates a probe.</summary>
    /// <param name="limits">What is accepted; the defaults when null.</param>
    /// <param name="tools">The programs; those of the environment when null.</param>
    public VideoProbe(MediaLimits? limits = null, FfmpegTools? tools = null)
    {
        _limits = limits ?? MediaLimits.Default;
        _tools = tools ?? FfmpegTools.FromEnvironment();
    }

    /// <summary>Reads the facts of a clip's first video stream and checks them against the limits.</summary>
    /// <param name="path">The file.</param>
    /// <param name="cancellation">Ends the wait and the child process.</param>
    /// <returns>The facts.</returns>
    /// <exception cref="MediaException">No such file, no clip, no video in it, or beyond the limits.</exception>
    public async Task<VideoInfo> ProbeAsync(string path, CancellationToken cancellation = default)
    {
        (ContainerFormat container, long bytes) = Recognise(path);
        MemoryStream output = new();
        (int code, _) = await ToolRunner.RunAsync(
            _tools.Ffprobe,
            [.. Input(container, path), "-v", "error", "-select_streams", "v:0", "-of", "json",
                "-show_entries", "stream=codec_name,width,height,avg_frame_rate,r_frame_rate,nb_frames,duration:format=duration"],
            feed: null,
            (stream, token) => CopyBoundedAsync(stream, output, token),
            _limits.Timeout, cancellation);
        if (code != 0)
            throw new MediaException(MediaError.NotAVideo, "The file is no readable clip.");
        return Parse(output.ToArray(), container, bytes);
    }

    /// <summary>The options that open one file with one demuxer and no network.</summary>
    internal static string[] Input(ContainerFormat container, string path) =>
        ["-protocol_whitelist", "file,pipe", "-f", ContainerSniffer.Demuxer(container), "-i", "file:" + Path.GetFullPath(path)];

    private (ContainerFormat Container, long Bytes) Recognise(string path)
    {
        FileInfo file = new(path);
        if (!file.Exists)
            throw new MediaException(MediaError.NotFound, "There is no clip at the given path.");
        _limits.CheckInputBytes(file.Length);
        byte[] start = new byte[ContainerSniffer.BytesNeeded];
        using FileStream stream = file.OpenRead();
        int read = stream.ReadAtLeast(start, start.Length, throwOnEndOfStream: false);
        ContainerFormat container = ContainerSniffer.Recognise(start.AsSpan(0, read))
            ?? throw new MediaException(MediaError.NotAVideo, "The file is no clip in a format that is read (mp4, mov, mkv, webm, gif, avi).");
        return (container, file.Length);
    }

    private static async Task CopyBoundedAsync(Stream from, MemoryStream to, CancellationToken cancellation)
    {
        byte[] buffer = new byte[4096];
        while (await from.ReadAsync(buffer, cancellation) is > 0 and int read)
        {
            if (to.Length + read > OutputLimit)
                throw new MediaException(MediaError.Damaged, "The clip describes itself at absurd length.");
            to.Write(buffer, 0, read);
        }
    }

    private VideoInfo Parse(byte[] json, ContainerFormat container, long bytes)
    {
        using JsonDocument document = JsonDocument.Parse(json);
        if (!document.RootElement.TryGetProperty("streams", out JsonElement streams) || streams.GetArrayLength() == 0)
            throw new MediaException(MediaError.UnsupportedCodec, "The file holds no video.");
        JsonElement stream = streams[0];
        string codec = Text(stream, "codec_name") ?? "unknown";
        if (!Codecs.Contains(codec))
            throw new MediaException(MediaError.UnsupportedCodec, $"Clips coded as '{codec}' are not read.");
        int width = Number(stream, "width"), height = Number(stream, "height");
        _limits.CheckSize(width, height);
        int? frames = int.TryParse(Text(stream, "nb_frames"), NumberStyles.None, CultureInfo.InvariantCulture, out int count) && count > 0 ? count : null;
        if (frames is int stated)
        {
            _limits.CheckFrames(stated);
            _limits.CheckDecodedBytes((long)stated * width * height * Frame.Channels);
        }

        FrameRate rate = FrameRate.TryParse(Text(stream, "avg_frame_rate"), out FrameRate average) ? average
            : FrameRate.TryParse(Text(stream, "r_frame_rate"), out FrameRate nominal) ? nominal : FrameRate.Default;
        string? seconds = Text(stream, "duration")
            ?? (document.RootElement.TryGetProperty("format", out JsonElement format) ? Text(format, "duration") : null);
        TimeSpan? duration = double.TryParse(seconds, NumberStyles.Float, CultureInfo.InvariantCulture, out double length)
            && length is >= 0 and < 1e8 ? TimeSpan.FromSeconds(length) : null;
        return new VideoInfo(container, codec, width, height, rate, frames, duration, bytes);
    }

    private static string? Text(JsonElement element, string name) =>
        element.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static int Number(JsonElement element, string name) =>
        element.TryGetProperty(name, out JsonElement value) && value.TryGetInt32(out int number) ? number : 0;
}
