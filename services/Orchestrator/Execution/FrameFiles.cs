using VideoGrain.Media;
using VideoGrain.Orchestrator.Artifacts;
using VideoGrain.Orchestrator.Jobs;
using VideoGrain.Orchestrator.Tensors;
using VideoGrain.Protos.V1;
using VideoGrain.ServiceDefaults.Errors;

namespace VideoGrain.Orchestrator.Execution;

/// <summary>Reads stored frames and masks back as pictures.</summary>
internal sealed class FrameFiles(IArtifactStore store)
{
    /// <summary>Reads the frames of a clip.</summary>
    /// <exception cref="VideoGrainException">INTERNAL: the artifact holds something else.</exception>
    public async Task<List<Frame>> ReadFramesAsync(ArtifactReference artifact, ClipShape clip, CancellationToken cancellationToken)
    {
        await using var stream = await store.OpenReadAsync(artifact.Digest, 0, cancellationToken);
        var header = await TensorHeader.ReadAsync(stream, cancellationToken);
        if (header.ElementType != ElementType.Uint8 || !header.Shape.SequenceEqual([clip.Frames, clip.Height, clip.Width, Frame.Channels]))
        {
            throw new VideoGrainException(
                Grpc.Core.StatusCode.Internal, IncomingTensor.ProtocolError, $"the frames from the stage are not {clip.Frames} of {clip.Width} x {clip.Height} pixels");
        }

        var frames = new List<Frame>(clip.Frames);
        for (var i = 0; i < clip.Frames; i++)
        {
            var rgb = new byte[clip.FrameBytes];
            await TensorHeader.ReadExactlyAsync(stream, rgb, cancellationToken);
            frames.Add(new Frame(clip.Width, clip.Height, rgb));
        }

        return frames;
    }

    /// <summary>Reads masks: every region's in every frame, region by region.</summary>
    public async IAsyncEnumerable<Mask> ReadMasksAsync(
        ArtifactReference artifact, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await using var stream = await store.OpenReadAsync(artifact.Digest, 0, cancellationToken);
        var header = await TensorHeader.ReadAsync(stream, cancellationToken);
        if (header is not { ElementType: ElementType.Uint8, Shape: [var regions, var frames, var height and > 0, var width and > 0] })
            throw new VideoGrainException(Grpc.Core.StatusCode.Internal, IncomingTensor.ProtocolError, "the masks from the stage have another shape than asked for");

        for (var i = 0; i < regions * frames; i++)
        {
            var set = new byte[height * width];
            await TensorHeader.ReadExactlyAsync(stream, set, cancellationToken);
            yield return new Mask((int)width, (int)height, set);
        }
    }
}
