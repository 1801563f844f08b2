using Grpc.Core;
using Grpc.Core.Interceptors;

namespace VideoGrain.ServiceDefaults.Telemetry;

/// <summary>Measures every call made; put it on a channel with <c>channel.Intercept(...)</c>.</summary>
public sealed class ClientTelemetryInterceptor(RpcInstruments instruments, TimeProvider time) : Interceptor
{
    /// <inheritdoc/>
    public override AsyncUnaryCall<TResponse> AsyncUnaryCall<TRequest, TResponse>(
        TRequest request, ClientInterceptorContext<TRequest, TResponse> context, AsyncUnaryCallContinuation<TRequest, TResponse> continuation)
    {
        var started = time.GetTimestamp();
        var call = continuation(request, context);
        return new AsyncUnaryCall<TResponse>(
            Measure(call.ResponseAsync, context.Method.FullName, started), call.ResponseHeadersAsync, call.GetStatus, call.GetTrailers, call.Dispose);
    }

    /// <inheritdoc/>
    public override AsyncClientStreamingCall<TRequest, TResponse> AsyncClientStreamingCall<TRequest, TResponse>(
        ClientInterceptorContext<TRequest, TResponse> context, AsyncClientStreamingCallContinuation<TRequest, TResponse> continuation)
    {
        var started = time.GetTimestamp();
        var call = continuation(context);
        return new AsyncClientStreamingCall<TRequest, TResponse>(
            call.RequestStream, Measure(call.ResponseAsync, context.Method.FullName, started), call.ResponseHeadersAsync, call.GetStatus, call.GetTrailers,
            call.Dispose);
    }

    /// <inheritdoc/>
    public override AsyncServerStreamingCall<TResponse> AsyncServerStreamingCall<TRequest, TResponse>(
        TRequest request, ClientInterceptorContext<TRequest, TResponse> context, AsyncServerStreamingCallContinuation<TRequest, TResponse> continuation)
    {
        var measured = new MeasuredCall(instruments, time, context.Method.FullName);
        var call = continuation(request, context);
        return new AsyncServerStreamingCall<TResponse>(
            new MeasuredStream<TResponse>(call.ResponseStream, measured), call.ResponseHeadersAsync, call.GetStatus, call.GetTrailers,
            () => measured.EndWith(call.Dispose));
    }

    /// <inheritdoc/>
    public override AsyncDuplexStreamingCall<TRequest, TResponse> AsyncDuplexStreamingCall<TRequest, TResponse>(
        ClientInterceptorContext<TRequest, TResponse> context, AsyncDuplexStreamingCallContinuation<TRequest, TResponse> continuation)
    {
        var measured = new MeasuredCall(instruments, time, context.Method.FullName);
        var call = continuation(context);
        return new AsyncDuplexStreamingCall<TRequest, TResponse>(
            call.RequestStream, new MeasuredStream<TResponse>(call.ResponseStream, measured), call.ResponseHeadersAsync, call.GetStatus, call.GetTrailers,
            () => measured.EndWith(call.Dispose));
    }

    private async Task<T> Measure<T>(Task<T> response, string method, long started)
    {
        var status = StatusCode.OK;
        try
        {
            return await response;
        }
        catch (RpcException exception)
        {
            status = exception.StatusCode;
            throw;
        }
        finally
        {
            instruments.Made(method, status, time.GetElapsedTime(started));
        }
    }
}
