using Google.Protobuf;
using Grpc.Core;
using VideoGrain.Media;
using VideoGrain.Protos.V1;
using VideoGrain.ServiceDefaults.Stages;
using VideoGrain.ServiceDefaults.Streaming;
using VideoGrain.ServiceDefaults.Telemetry;

namespace VideoGrain.Segmentation.Requests;

/// <summary>Reads calls of the form header, tensors, half-close.</summary>
/// <typeparam name="TRequest">The call's request message.</typeparam>
/// <typeparam name="THeader">Its header.</typeparam>
internal sealed class CallReader<TRequest, THeader>(
    IAsyncStreamReader<TRequest> stream,
    StreamLimits limits,
    TimeProvider time,
    StageInstruments instruments,
    Func<TRequest, THeader?> headerOf,
    Func<TRequest, TensorChunk?> chunkOf)
    where TRequest : class, IMessage
    where THeader : class
{
    private readonly BoundedStreamReader<TRequest> _reader = new(stream, limits, time);

    /// <exception cref="ServiceDefaults.Errors.VideoGrainException">The stream is empty or begins with something else.</exception>
    public async Task<THeader> HeaderAsync(CancellationToken cancellationToken)
    {
        var first = await _reader.ReadAsync(cancellationToken);
        return (first == null ? null : headerOf(first)) ?? throw StageErrors.HeaderMissing();
    }

    /// <summary>Hands over every chunk until the caller ends its stream.</summary>
    public async Task ChunksAsync(Action<TensorChunk> accept, CancellationToken cancellationToken)
    {
        while (await ChunkAsync(cancellationToken) is { } chunk)
            accept(chunk);
    }

    /// <summary>Reads the frames of a clip and the end of the stream, and hands each frame over as soon as it is there.</summary>
    /// <param name="feed">Takes the frames, and the error when there is one.</param>
    /// <param name="frames">Cuts frames out of chunks.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    public Task FramesAsync(FrameFeed feed, FrameAssembler frames, CancellationToken cancellationToken)
        => FeedAsync(feed, frames.Accept, frames.Complete, cancellationToken);

    /// <summary>Reads tensors and the end of the stream, and hands frames over as soon as they are there.</summary>
    /// <param name="feed">Takes the frames, and the error when there is one.</param>
    /// <param name="accept">Takes a chunk; gives the frames that it completes.</param>
    /// <param name="complete">Checks that everything came.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    public async Task FeedAsync(
        FrameFeed feed, Func<TensorChunk, IReadOnlyList<Frame>> accept, Action complete, CancellationToken cancellationToken)
    {
        try
        {
            while (await ChunkAsync(cancellationToken) is { } chunk)
            {
                foreach (var frame in accept(chunk))
                    await feed.PutAsync(frame, cancellationToken);
            }

            complete();
            feed.End(null);
        }
        catch (Exception error)
        {
            // The computation finds it where the next frame should be, and it ends the call.
            feed.End(error);
        }
    }

    private async Task<TensorChunk?> ChunkAsync(CancellationToken cancellationToken)
    {
        if (await _reader.ReadAsync(cancellationToken) is not { } message)
            return null;
        var chunk = chunkOf(message) ?? throw StageErrors.NotATensor();
        instruments.Received(chunk.Data.Length);
        return chunk;
    }
}
