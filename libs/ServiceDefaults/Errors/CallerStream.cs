using Google.Protobuf;
using Grpc.Core;

namespace VideoGrain.ServiceDefaults.Errors;

/// <summary>A call's request stream, whose failures are the caller's: bytes that are no message, and a stream that breaks off.</summary>
internal sealed class CallerStream<T>(IAsyncStreamReader<T> stream) : IAsyncStreamReader<T>
{
    private long _messages;

    /// <inheritdoc/>
    public T Current => stream.Current;

    /// <inheritdoc/>
    /// <exception cref="VideoGrainException">INVALID_ARGUMENT where a message cannot be parsed, CANCELLED where the stream breaks off.</exception>
    public async Task<bool> MoveNext(CancellationToken cancellationToken)
    {
        try
        {
            if (!await stream.MoveNext(cancellationToken)) return false;
        }
        catch (Exception exception) when (exception is InvalidProtocolBufferException or RpcException { Status.DebugException: InvalidProtocolBufferException })
        {
            throw new VideoGrainException(StatusCode.InvalidArgument, ErrorReasons.MessageMalformed, $"message {_messages + 1} of the stream cannot be parsed", exception);
        }
        catch (IOException exception)
        {
            // The caller reset its stream or lost its connection; the server says so here a moment before the call's own token does.
            throw new VideoGrainException(StatusCode.Cancelled, ErrorReasons.Cancelled, "the caller's stream broke off", exception);
        }

        _messages++;
        return true;
    }
}
