using Grpc.Core;

namespace Grpc.AspNetCore.Server.Calls;

/// <summary>The responses of a call. A write ends when the transport has taken it: HTTP/2 flow control holds a fast handler.</summary>
internal sealed class ResponseStream<TResponse>(ServerCall call, Action<TResponse, SerializationContext> serializer) : IServerStreamWriter<TResponse>
    where TResponse : class
{
    private int _writing;
    private bool _complete;

    public WriteOptions? WriteOptions
    {
        get => call.WriteOptions;
        set => call.WriteOptions = value;
    }

    public Task WriteAsync(TResponse message) => WriteAsync(message, CancellationToken.None);

    public async Task WriteAsync(TResponse message, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(message);
        cancellationToken.ThrowIfCancellationRequested();
        if (_complete || call.HttpContext.RequestAborted.IsCancellationRequested)
            throw new InvalidOperationException("Can't write the message because the request is complete.");
        if (Interlocked.Exchange(ref _writing, 1) == 1)
            throw new InvalidOperationException("Can't write the message because the previous write is in progress.");
        try
        {
            // A write that is cut short leaves half a message behind, so its cancellation has to end the call.
            using var registration = cancellationToken.UnsafeRegister(static state => ((ServerCall)state!).Reset(), call);
            await call.WriteAsync(message, serializer, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            Volatile.Write(ref _writing, 0);
        }
    }

    public void Complete() => _complete = true;
}
