using Google.Protobuf;
using Grpc.Core;
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
        while (await _reader.ReadAsync(cancellationToken) is { } message)
        {
            var chunk = chunkOf(message) ?? throw StageErrors.NotATensor();
            instruments.Received(chunk.Data.Length);
            accept(chunk);
        }
    }

    /// <summary>Reads the tensor <c>frames</c> of a clip and the end of the stream.</summary>
    public async Task<ClipData> FramesAsync(ClipGeometry geometry, CancellationToken cancellationToken)
    {
        const string Name = "frames";
        var assembler = new TensorAssembler([TensorSpec.Of(Name, ElementType.Uint8, geometry.FrameCount, geometry.Height, geometry.Width, 3)]);
        await ChunksAsync(assembler.Accept, cancellationToken);
        return new ClipData((int)geometry.FrameCount, (int)geometry.Height, (int)geometry.Width, assembler.Complete()[Name].Data);
    }
}
