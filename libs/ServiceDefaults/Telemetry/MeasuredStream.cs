using Grpc.Core;

namespace VideoGrain.ServiceDefaults.Telemetry;

/// <summary>A response stream whose end is noted.</summary>
internal sealed class MeasuredStream<T>(IAsyncStreamReader<T> inner, MeasuredCall call) : IAsyncStreamReader<T>
{
    public T Current => inner.Current;

    public async Task<bool> MoveNext(CancellationToken cancellationToken)
    {
        try
        {
            var more = await inner.MoveNext(cancellationToken);
            if (!more) call.End(StatusCode.OK);
            return more;
        }
        catch (RpcException exception)
        {
            call.End(exception.StatusCode);
            throw;
        }
    }
}
