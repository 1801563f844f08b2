using Grpc.Core;

namespace VideoGrain.Orchestrator.Stages;

/// <summary>Both streams of a call that found no address: whoever uses them learns why.</summary>
internal sealed class FailedStream<TRequest, TResponse>(RpcException error) : IClientStreamWriter<TRequest>, IAsyncStreamReader<TResponse>
{
    public WriteOptions? WriteOptions { get; set; }

    public TResponse Current => throw error;

    public Task WriteAsync(TRequest message) => Task.FromException(error);

    public Task WriteAsync(TRequest message, CancellationToken cancellationToken) => Task.FromException(error);

    public Task CompleteAsync() => Task.FromException(error);

    public Task<bool> MoveNext(CancellationToken cancellationToken) => Task.FromException<bool>(error);
}
