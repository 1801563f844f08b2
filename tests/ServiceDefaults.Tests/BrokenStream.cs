using Grpc.Core;

namespace VideoGrain.ServiceDefaults.Tests;

/// <summary>A request stream that its caller has reset.</summary>
internal sealed class BrokenStream<T> : IAsyncStreamReader<T>
{
    public T Current => throw new InvalidOperationException("nothing was read");

    public Task<bool> MoveNext(CancellationToken cancellationToken) => throw new IOException("The client reset the request stream.");
}
