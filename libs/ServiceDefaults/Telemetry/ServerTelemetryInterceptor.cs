using Grpc.Core;
using Grpc.Core.Interceptors;

namespace VideoGrain.ServiceDefaults.Telemetry;

/// <summary>Measures and traces every call served; the caller's trace goes on here.</summary>
internal sealed class ServerTelemetryInterceptor(RpcInstruments instruments, RpcSpans spans, TimeProvider time) : Interceptor
{
    public override Task<TResponse> UnaryServerHandler<TRequest, TResponse>(
        TRequest request, ServerCallContext context, UnaryServerMethod<TRequest, TResponse> continuation) =>
        Measure(context, () => continuation(request, context));

    public override Task<TResponse> ClientStreamingServerHandler<TRequest, TResponse>(
        IAsyncStreamReader<TRequest> requestStream, ServerCallContext context, ClientStreamingServerMethod<TRequest, TResponse> continuation) =>
        Measure(context, () => continuation(requestStream, context));

    public override Task ServerStreamingServerHandler<TRequest, TResponse>(
        TRequest request, IServerStreamWriter<TResponse> responseStream, ServerCallContext context,
        ServerStreamingServerMethod<TRequest, TResponse> continuation) =>
        Measure(context, () => WithResult(continuation(request, responseStream, context)));

    public override Task DuplexStreamingServerHandler<TRequest, TResponse>(
        IAsyncStreamReader<TRequest> requestStream, IServerStreamWriter<TResponse> responseStream, ServerCallContext context,
        DuplexStreamingServerMethod<TRequest, TResponse> continuation) =>
        Measure(context, () => WithResult(continuation(requestStream, responseStream, context)));

    private static async Task<bool> WithResult(Task task)
    {
        await task;
        return true;
    }

    private async Task<T> Measure<T>(ServerCallContext context, Func<Task<T>> call)
    {
        using var span = spans.StartServed(context.Method, context.RequestHeaders);
        var started = time.GetTimestamp();
        var status = StatusCode.Unknown;
        try
        {
            var result = await call();
            status = context.Status.StatusCode;
            return result;
        }
        catch (RpcException exception)
        {
            status = exception.StatusCode;
            throw;
        }
        finally
        {
            instruments.Served(context.Method, status, time.GetElapsedTime(started));
            RpcSpans.End(span, status, RpcInstruments.IsServerError(status));
        }
    }
}
