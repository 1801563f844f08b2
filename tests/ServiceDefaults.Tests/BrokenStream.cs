using Grpc.Core;

namespace VideoGrain.ServiceDefaults.Tests;

/// <summary>A request stream that cannot be read.</summary>
internal sealed class BrokenStream<T>(Exception failure) : IAsyncStreamReader<T>
{
    public T Current => throw new InvalidOperationException("nothing was read");

    public Task<bool> MoveNext(CancellationToken cancellationToken) => throw failure;
}
