using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using Google.Protobuf;
using Grpc.Core;
using VideoGrain.ServiceDefaults.Errors;

namespace VideoGrain.ServiceDefaults.Streaming;

/// <summary>
/// Reads an inbound stream within its limits: bytes, messages, pauses, time in all. Only time spent waiting for the caller counts: a stage
/// that reads no further while it computes holds the caller back, not the other way round.
/// </summary>
/// <typeparam name="T">The call's request message.</typeparam>
public sealed class BoundedStreamReader<T>
    where T : class, IMessage
{
    private readonly IAsyncStreamReader<T> _stream;
    private readonly StreamLimits _limits;
    private readonly TimeProvider _time;
    private TimeSpan _waited;

    /// <summary>Wraps a call's stream.</summary>
    public BoundedStreamReader(IAsyncStreamReader<T> stream, StreamLimits limits, TimeProvider time) => (_stream, _limits, _time) = (stream, limits, time);

    /// <summary>Bytes of the messages so far.</summary>
    public long Bytes { get; private set; }

    /// <summary>Messages so far.</summary>
    public long Messages { get; private set; }

    /// <summary>The next message, or null when the caller has ended its stream.</summary>
    /// <exception cref="VideoGrainException">A limit is passed: INVALID_ARGUMENT for bytes and messages, DEADLINE_EXCEEDED for time.</exception>
    [SuppressMessage("Performance", "CA1849", Justification = "The read is complete when its result is taken.")]
    public async Task<T?> ReadAsync(CancellationToken cancellationToken)
    {
        var remaining = _limits.TotalTimeout - _waited;
        var patience = remaining < _limits.IdleTimeout ? remaining : _limits.IdleTimeout;
        if (patience <= TimeSpan.Zero) throw Late();
        using var timeout = new CancellationTokenSource(patience, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, timeout.Token);
        var began = _time.GetTimestamp();
        bool more;
        try
        {
            more = await _stream.MoveNext(either.Token);
        }
        catch (Exception exception) when (timeout.IsCancellationRequested && !cancellationToken.IsCancellationRequested && IsCancellation(exception))
        {
            throw Late();
        }
        finally
        {
            _waited += _time.GetElapsedTime(began);
        }

        if (!more) return null;
        var message = _stream.Current;
        Messages++;
        Bytes += message.CalculateSize();
        if (Messages > _limits.MaxMessages)
            throw Refuse($"the stream has more than {_limits.MaxMessages} messages", ErrorReasons.StreamTooManyChunks);
        if (Bytes > _limits.MaxBytes)
            throw Refuse($"the stream has more than {_limits.MaxBytes} bytes", ErrorReasons.StreamTooLarge);
        return message;
    }

    private static bool IsCancellation(Exception exception) =>
        exception is OperationCanceledException or RpcException { StatusCode: StatusCode.Cancelled };

    private VideoGrainException Late() => new(
        StatusCode.DeadlineExceeded,
        ErrorReasons.StreamIdle,
        string.Create(CultureInfo.InvariantCulture, $"no message for {_limits.IdleTimeout.TotalSeconds} s, or more than {_limits.TotalTimeout.TotalSeconds} s of waiting in all"));

    private static VideoGrainException Refuse(FormattableString text, string reason) =>
        new(StatusCode.InvalidArgument, reason, text.ToString(CultureInfo.InvariantCulture));
}
