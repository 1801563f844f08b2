using Google.Protobuf;
using Grpc.Core;
using VideoGrain.Protos.V1;
using VideoGrain.ServiceDefaults.Errors;
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
    private readonly StreamLimits _limits;
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
        (_limits, _header, _tensor, _instruments) = (limits, header, tensor, instruments);
    }

    /// <summary>The first message's header.</summary>
    /// <exception cref="VideoGrainException">HEADER_MISSING, or a limit.</exception>
    public async Task<THeader> ReadHeaderAsync(CancellationToken cancellationToken)
    {
        var first = await _reader.ReadAsync(cancellationToken);
        return (first is null ? null : _header(first)) ?? throw StageErrors.HeaderMissing();
    }

    /// <summary>All tensors, read to the end of the stream.</summary>
    /// <exception cref="VideoGrainException">A chunk, a tensor or the stream is not as it must be.</exception>
    public async Task<IReadOnlyDictionary<string, ReceivedTensor>> ReadTensorsAsync(IEnumerable<TensorSpec> specs, CancellationToken cancellationToken)
    {
        IReadOnlyList<TensorSpec> taken = [.. specs];
        CheckSizes(taken);
        var assembler = new TensorAssembler(taken);
        while (await _reader.ReadAsync(cancellationToken) is { } message)
        {
            var chunk = _tensor(message) ?? throw StageErrors.NotATensor();
            _instruments.Received(chunk.Data.Length);
            assembler.Accept(chunk);
        }

        return assembler.Complete();
    }

    /// <summary>Tensors that together pass the limit of the stream are refused before the first of them takes memory.</summary>
    private void CheckSizes(IReadOnlyList<TensorSpec> specs)
    {
        decimal total = specs.Where(spec => spec.Required).Sum(spec => (decimal)spec.MinBytes);
        if (total > _limits.MaxBytes || specs.Any(spec => spec.MaxBytes > Array.MaxLength))
        {
            throw VideoGrainException.Invalid(
                "header.geometry", FormattableString.Invariant($"needs {total} bytes of tensors, at most {_limits.MaxBytes} are allowed"), ErrorReasons.StreamTooLarge);
        }
    }
}
