using Grpc.Core;
using VideoGrain.ServiceDefaults.Errors;

namespace VideoGrain.Orchestrator.Stages;

/// <summary>Sends each call of a stage's client to the address that its pool chooses. Calls with streams run jobs; others only ask.</summary>
internal sealed class BalancedInvoker(StagePool pool, TimeSpan patience, TimeProvider time) : CallInvoker
{
    // Whoever watches for silence fires a moment before the last tick of the clock.
    private readonly TimeSpan _patience = patience * 0.95;

    public override AsyncUnaryCall<TResponse> AsyncUnaryCall<TRequest, TResponse>(
        Method<TRequest, TResponse> method, string? host, CallOptions options, TRequest request)
    {
        StageNode node;
        try
        {
            node = pool.Pick(takesSlot: false);
        }
        catch (VideoGrainException exception)
        {
            var error = exception.ToRpcException();
            return new AsyncUnaryCall<TResponse>(
                Task.FromException<TResponse>(error), Task.FromException<Metadata>(error), () => error.Status, () => error.Trailers, () => { });
        }

        var tracked = new NodeCall(pool, node, takesSlot: false, _patience, time);
        var call = node.Invoker.AsyncUnaryCall(method, host, options, request);
        return new AsyncUnaryCall<TResponse>(
            ObserveAsync(call.ResponseAsync, tracked), call.ResponseHeadersAsync, call.GetStatus, call.GetTrailers,
            () =>
            {
                call.Dispose();
                tracked.Dropped();
            });
    }

    public override AsyncDuplexStreamingCall<TRequest, TResponse> AsyncDuplexStreamingCall<TRequest, TResponse>(
        Method<TRequest, TResponse> method, string? host, CallOptions options)
    {
        StageNode node;
        try
        {
            node = pool.Pick(takesSlot: true);
        }
        catch (VideoGrainException exception)
        {
            var error = exception.ToRpcException();
            var failed = new FailedStream<TRequest, TResponse>(error);
            return new AsyncDuplexStreamingCall<TRequest, TResponse>(
                failed, failed, Task.FromException<Metadata>(error), () => error.Status, () => error.Trailers, () => { });
        }

        var tracked = new NodeCall(pool, node, takesSlot: true, _patience, time);
        var call = node.Invoker.AsyncDuplexStreamingCall(method, host, options);
        return new AsyncDuplexStreamingCall<TRequest, TResponse>(
            call.RequestStream, new NodeStream<TResponse>(call.ResponseStream, tracked), call.ResponseHeadersAsync, call.GetStatus, call.GetTrailers,
            () =>
            {
                call.Dispose();
                tracked.Dropped();
            });
    }

    public override TResponse BlockingUnaryCall<TRequest, TResponse>(Method<TRequest, TResponse> method, string? host, CallOptions options, TRequest request) =>
        throw Unused(method);

    public override AsyncServerStreamingCall<TResponse> AsyncServerStreamingCall<TRequest, TResponse>(
        Method<TRequest, TResponse> method, string? host, CallOptions options, TRequest request) => throw Unused(method);

    public override AsyncClientStreamingCall<TRequest, TResponse> AsyncClientStreamingCall<TRequest, TResponse>(
        Method<TRequest, TResponse> method, string? host, CallOptions options) => throw Unused(method);

    private static NotSupportedException Unused(IMethod method) => new($"{method.FullName} is of a kind that the stages do not have.");

    private static async Task<T> ObserveAsync<T>(Task<T> response, NodeCall call)
    {
        try
        {
            var result = await response;
            call.Succeeded();
            return result;
        }
        catch (Exception exception)
        {
            call.Failed(exception);
            call.Dropped();
            throw;
        }
    }
}
