using Grpc.Core;

namespace Grpc.Net.Client.Calls;

/// <summary>The responses of a streaming call. Nothing is read ahead: HTTP/2 flow control holds a server that sends faster than they are read.</summary>
internal sealed class ResponseStream<TRequest, TResponse>(ClientCall<TRequest, TResponse> call) : IAsyncStreamReader<TResponse>
    where TRequest : class
    where TResponse : class
{
    private int _reading;

    public TResponse Current { get; private set; } = null!;

    public async Task<bool> MoveNext(CancellationToken cancellationToken)
    {
        if (Interlocked.Exchange(ref _reading, 1) == 1)
            throw new InvalidOperationException("Can't read the next message because the previous read is in progress.");
        try
        {
            cancellationToken.ThrowIfCancellationRequested();
            using var registration = cancellationToken.UnsafeRegister(state => ((ClientCall<TRequest, TResponse>)state!).Cancel(cancellationToken), call);
            Current = null!;
            if (await call.ReadNextAsync().ConfigureAwait(false) is not { } message)
                return false;
            Current = message;
            return true;
        }
        finally
        {
            Volatile.Write(ref _reading, 0);
        }
    }
}
