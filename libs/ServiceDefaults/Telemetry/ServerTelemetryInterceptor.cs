using Grpc.Core;
using Grpc.Core.Interceptors;

namespace VideoGrain.ServiceDefaults.Telemetry;

/// <summary>Measures every call served.</summary>
internal sealed class ServerTelemetryInterceptor(RpcInstruments instruments, TimeProvider time) : Interceptor
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
        var started = time.GetTimestamp();
        var status = StatusCode.OK;
        try
        {
            return await call();
        }
        catch (RpcException exception)
        {
            status = exception.StatusCode;
            throw;
        }
        catch
        {
            status = StatusCode.Unknown;
            throw;
        }
        finally
        {
            instruments.Served(context.Method, status, time.GetElapsedTime(started));
        }
    }
}
