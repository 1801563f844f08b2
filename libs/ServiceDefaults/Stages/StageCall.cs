using Google.Protobuf;
using Grpc.Core;
using VideoGrain.Protos.V1;
using VideoGrain.ServiceDefaults.Streaming;
using VideoGrain.ServiceDefaults.Telemetry;

namespace VideoGrain.ServiceDefaults.Stages;

/// <summary>The inbound half of a stage's call: a header, then tensors, then the end.</summary>
/// <typeparam name="TRequest">The call's request message.</typeparam>
/// <typeparam name="THeader">Its header.</typeparam>
public sealed class StageCall<TRequest, THeader>
    where TRequest : class, IMessage
    where THeader : class
{
    private readonly BoundedStreamReader<TRequest> _reader;
    private readonly Func<TRequest, THeader?> _header;
    private readonly Func<TRequest, TensorChunk?> _tensor;
    private readonly StageInstruments _instruments;

    /// <summary>Takes over a call's request stream.</summary>
    /// <param name="stream">The stream.</param>
    /// <param name="limits">Its limits.</param>
    /// <param name="header">The header of a message, null when it has none.</param>
    /// <param name="tensor">The tensor chunk of a message, null when it has none.</param>
    /// <param name="instruments">Counts the bytes.</param>
    /// <param name="time">Clock of the limits.</param>
    public StageCall(
        IAsyncStreamReader<TRequest> stream, StreamLimits limits, Func<TRequest, THeader?> header, Func<TRequest, TensorChunk?> tensor,
        StageInstruments instruments, TimeProvider time)
    {
        _reader = new BoundedStreamReader<TRequest>(stream, limits, time);
        (_header, _tensor, _instruments) = (header, tensor, instruments);
    }

    /// <summary>The first message's header.</summary>
    /// <exception cref="Errors.VideoGrainException">HEADER_MISSING, or a limit.</exception>
    public async Task<THeader> ReadHeaderAsync(CancellationToken cancellationToken)
    {
        var first = await _reader.ReadAsync(cancellationToken);
        return (first is null ? null : _header(first)) ?? throw StageErrors.HeaderMissing();
    }

    /// <summary>All tensors, read to the end of the stream.</summary>
    /// <exception cref="Errors.VideoGrainException">A chunk, a tensor or the stream is not as it must be.</exception>
    public async Task<IReadOnlyDictionary<string, ReceivedTensor>> ReadTensorsAsync(IEnumerable<TensorSpec> specs, CancellationToken cancellationToken)
    {
        var assembler = new TensorAssembler(specs);
        while (await _reader.ReadAsync(cancellationToken) is { } message)
        {
            var chunk = _tensor(message) ?? throw StageErrors.NotATensor();
            _instruments.Received(chunk.Data.Length);
            assembler.Accept(chunk);
        }

        return assembler.Complete();
    }
}
