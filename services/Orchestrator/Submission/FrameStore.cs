using VideoGrain.Media;
using VideoGrain.Orchestrator.Artifacts;
using VideoGrain.Orchestrator.Tensors;
using VideoGrain.Protos.V1;

namespace VideoGrain.Orchestrator.Submission;

/// <summary>Stores frames as tensors of bytes, one frame at a time.</summary>
internal sealed class FrameStore(IArtifactStore store)
{
    /// <summary>Stores RGB frames: uint8 [count, height, width, 3].</summary>
    public Task<ArtifactPin> StoreColourAsync(IAsyncEnumerable<Frame> frames, int count, int height, int width, CancellationToken cancellationToken) =>
        StoreAsync(frames, [count, height, width, Frame.Channels], frame => frame.Rgb, count, cancellationToken);

    /// <summary>Stores one channel of gray frames: uint8 [count, height, width].</summary>
    /// <param name="frames">The frames.</param>
    /// <param name="count">How many there must be.</param>
    /// <param name="height">Rows.</param>
    /// <param name="width">Columns.</param>
    /// <param name="onFrame">Told the brightest value of each frame.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public Task<ArtifactPin> StoreGrayAsync(
        IAsyncEnumerable<Frame> frames, int count, int height, int width, Action<byte> onFrame, CancellationToken cancellationToken) =>
        StoreAsync(
            frames,
            [count, height, width],
            frame =>
            {
                var gray = Gray(frame);
                onFrame(gray.Max());
                return gray;
            },
            count,
            cancellationToken);

    private async Task<ArtifactPin> StoreAsync(
        IAsyncEnumerable<Frame> frames, long[] shape, Func<Frame, byte[]> bytesOf, int count, CancellationToken cancellationToken)
    {
        var header = new TensorHeader(ElementType.Uint8, shape);
        await using var writer = await store.CreateAsync(header.HeaderBytes + header.DataBytes, cancellationToken);
        await writer.WriteAsync(header.Encode(), cancellationToken);
        var stored = 0;
        await foreach (var frame in frames.WithCancellation(cancellationToken))
        {
            await writer.WriteAsync(bytesOf(frame), cancellationToken);
            stored++;
        }

        return stored == count
            ? await writer.CommitAsync(cancellationToken)
            : throw new MediaException(MediaError.Damaged, $"Only {stored} of {count} frames could be read.");
    }

    private static byte[] Gray(Frame frame)
    {
        var gray = new byte[frame.Rgb.Length / Frame.Channels];
        for (var i = 0; i < gray.Length; i++)
        {
            var at = i * Frame.Channels;
            gray[i] = (byte)((frame.Rgb[at] + frame.Rgb[at + 1] + frame.Rgb[at + 2]) / Frame.Channels);
        }

        return gray;
    }
}
