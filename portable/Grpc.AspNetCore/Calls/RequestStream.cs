using Grpc.Core;

namespace Grpc.AspNetCore.Server.Calls;

/// <summary>The requests of a call. Nothing is read ahead: HTTP/2 flow control holds a client that sends faster than the handler reads.</summary>
internal sealed class RequestStream<TRequest>(ServerCall call, Func<DeserializationContext, TRequest> deserializer) : IAsyncStreamReader<TRequest>
    where TRequest : class
{
    private bool _complete;

    public TRequest Current { get; private set; } = null!;

    public async Task<bool> MoveNext(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (_complete || call.HttpContext.RequestAborted.IsCancellationRequested)
            throw new InvalidOperationException("Can't read messages after the request is complete.");
        Current = null!;
        var message = await call.ReadAsync(deserializer, only: false, cancellationToken).ConfigureAwait(false);
        if (message is null)
            return false;
        Current = message;
        return true;
    }

    public void Complete() => _complete = true;
}
