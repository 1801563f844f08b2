using System.Runtime.CompilerServices;
using Microsoft.Extensions.Options;
using VideoGrain.Media;
using VideoGrain.Media.Ffmpeg;
using VideoGrain.Media.Png;
using VideoGrain.Orchestrator.Options;
using VideoGrain.Protos.V1;

namespace VideoGrain.Orchestrator.Submission;

/// <summary>Turns an upload's bytes into frames, one at a time where the format allows it.</summary>
internal sealed class UploadDecoder(IOptions<LimitsOptions> options)
{
    private const double DefaultFrameRate = 8;

    /// <summary>Reads the frames of an upload. Masks come out gray: equal red, green and blue.</summary>
    /// <param name="upload">The upload.</param>
    /// <param name="isMask">Raw masks have one byte per pixel, raw clips three.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="MediaException">The bytes are not what they are said to be, or beyond the limits.</exception>
    public async Task<DecodedUpload> DecodeAsync(ReceivedUpload upload, bool isMask, CancellationToken cancellationToken)
    {
        var limits = MediaLimits();
        var rate = upload.Announced.FrameRate > 0 ? upload.Announced.FrameRate : DefaultFrameRate;
        switch (upload.Announced.Format)
        {
            case UploadFormat.Video:
                var clip = await new VideoDecoder(limits).DecodeAsync(upload.Path, cancellationToken);
                return new DecodedUpload(clip.Count, clip.Width, clip.Height, clip.FrameRate.FramesPerSecond, clip.ToAsyncEnumerable());
            case UploadFormat.PngSequence:
                var first = await PictureAsync(upload, 0, limits, cancellationToken);
                return new DecodedUpload(
                    upload.Announced.PartBytes.Count, first.Width, first.Height, rate, PicturesAsync(upload, first, limits, cancellationToken));
            default:
                var geometry = upload.Announced.RawGeometry;
                var frameBytes = (long)geometry.Height * geometry.Width * (isMask ? 1 : Frame.Channels);
                if (frameBytes * geometry.FrameCount != (long)upload.Announced.PartBytes[0])
                {
                    throw new MediaException(
                        MediaError.SizeMismatch,
                        $"{geometry.FrameCount} raw frames of {geometry.Width} x {geometry.Height} have {frameBytes * geometry.FrameCount} bytes, {upload.Announced.PartBytes[0]} were announced.");
                }

                return new DecodedUpload(
                    (int)geometry.FrameCount, (int)geometry.Width, (int)geometry.Height, rate, RawAsync(upload, frameBytes, isMask, cancellationToken));
        }
    }

    private MediaLimits MediaLimits() => new()
    {
        MaxFrames = options.Value.MaxSourceFrames,
        MaxPixelsPerFrame = options.Value.MaxSourceFramePixels,
        MaxInputBytes = options.Value.MaxUploadBytes,
        MaxDecodedBytes = options.Value.MaxDecodedBytes,
        Timeout = options.Value.DecodeTimeout,
    };

    private static async Task<Frame> PictureAsync(ReceivedUpload upload, int part, MediaLimits limits, CancellationToken cancellationToken)
    {
        var bytes = await upload.ReadPartAsync(part, cancellationToken);
        return PngReader.Read(bytes, limits).ToFrame();
    }

    private static async IAsyncEnumerable<Frame> PicturesAsync(
        ReceivedUpload upload, Frame first, MediaLimits limits, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        yield return first;
        for (var part = 1; part < upload.Announced.PartBytes.Count; part++)
        {
            var frame = await PictureAsync(upload, part, limits, cancellationToken);
            if ((frame.Width, frame.Height) != (first.Width, first.Height))
            {
                throw new MediaException(
                    MediaError.SizeMismatch, $"Picture {part} has {frame.Width} x {frame.Height} pixels, picture 0 has {first.Width} x {first.Height}.");
            }

            yield return frame;
        }
    }

    private static async IAsyncEnumerable<Frame> RawAsync(
        ReceivedUpload upload, long frameBytes, bool isMask, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var geometry = upload.Announced.RawGeometry;
        await using var file = File.OpenRead(upload.Path);
        for (var i = 0; i < geometry.FrameCount; i++)
        {
            var bytes = new byte[frameBytes];
            await file.ReadExactlyAsync(bytes, cancellationToken);
            yield return new Frame((int)geometry.Width, (int)geometry.Height, isMask ? Spread(bytes) : bytes);
        }
    }

    private static byte[] Spread(byte[] gray)
    {
        var rgb = new byte[gray.Length * Frame.Channels];
        for (var i = 0; i < rgb.Length; i++)
            rgb[i] = gray[i / Frame.Channels];

        return rgb;
    }
}
