using Grpc.Core;

namespace VideoGrain.Orchestrator.Stages;

/// <summary>A response stream whose waits and end are noted.</summary>
internal sealed class NodeStream<T>(IAsyncStreamReader<T> inner, NodeCall call) : IAsyncStreamReader<T>
{
    public T Current => inner.Current;

    public async Task<bool> MoveNext(CancellationToken cancellationToken)
    {
        call.Waits();
        try
        {
            var more = await inner.MoveNext(cancellationToken);
            call.Heard();
            if (!more)
                call.Succeeded();

            return more;
        }
        catch (Exception exception)
        {
            call.Failed(exception);
            throw;
        }
    }
}
