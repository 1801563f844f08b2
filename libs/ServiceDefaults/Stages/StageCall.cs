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
    private readonly Func<TRequest, bool> _isKeepAlive;

    /// <summary>Takes over a call's request stream.</summary>
    /// <param name="stream">The stream.</param>
    /// <param name="limits">Its limits.</param>
    /// <param name="header">The header of a message, null when it has none.</param>
    /// <param name="tensor">The tensor chunk of a message, null when it has none.</param>
    /// <param name="instruments">Counts the bytes.</param>
    /// <param name="time">Clock of the limits.</param>
    /// <param name="isKeepAlive">Whether a message only says that the caller is there; null where there are none such.</param>
    public StageCall(
        IAsyncStreamReader<TRequest> stream, StreamLimits limits, Func<TRequest, THeader?> header, Func<TRequest, TensorChunk?> tensor,
        StageInstruments instruments, TimeProvider time, Func<TRequest, bool>? isKeepAlive = null)
    {
        _reader = new BoundedStreamReader<TRequest>(stream, limits, time);
        (_limits, _header, _tensor, _instruments, _isKeepAlive) = (limits, header, tensor, instruments, isKeepAlive ?? (_ => false));
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
        await using var intake = BeginTensors(specs, [], cancellationToken);
        return await intake.All;
    }

    /// <summary>Begins to read the tensors; some can be used before the others are there.</summary>
    /// <param name="specs">What may come.</param>
    /// <param name="first">Names of those that are wanted first.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <exception cref="VideoGrainException">The tensors together pass the limit of the stream.</exception>
    public TensorIntake BeginTensors(IEnumerable<TensorSpec> specs, IReadOnlyCollection<string> first, CancellationToken cancellationToken)
    {
        IReadOnlyList<TensorSpec> taken = [.. specs];
        CheckSizes(taken);
        return new TensorIntake(taken, first, NextChunkAsync, cancellationToken);
    }

    private async Task<TensorChunk?> NextChunkAsync(CancellationToken cancellationToken)
    {
        while (await _reader.ReadAsync(cancellationToken) is { } message)
        {
            if (_isKeepAlive(message)) continue;
            var chunk = _tensor(message) ?? throw StageErrors.NotATensor();
            _instruments.Received(chunk.Data.Length);
            return chunk;
        }

        return null;
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
