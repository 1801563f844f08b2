using Grpc.Core;
using Grpc.Core.Interceptors;

namespace VideoGrain.ServiceDefaults.Telemetry;

/// <summary>Measures and traces every call made, and hands the trace on; put it on a channel with <c>channel.Intercept(telemetry.For(address))</c>.</summary>
public sealed class ClientTelemetryInterceptor : Interceptor
{
    private readonly RpcInstruments _instruments;
    private readonly RpcSpans _spans;
    private readonly TimeProvider _time;
    private readonly RpcServer? _server;

    /// <summary>An interceptor for calls to a server that telemetry does not name.</summary>
    public ClientTelemetryInterceptor(RpcInstruments instruments, RpcSpans spans, TimeProvider time)
        : this(instruments, spans, time, null)
    {
    }

    private ClientTelemetryInterceptor(RpcInstruments instruments, RpcSpans spans, TimeProvider time, RpcServer? server) =>
        (_instruments, _spans, _time, _server) = (instruments, spans, time, server);

    /// <summary>The interceptor for a channel.</summary>
    /// <param name="address">The channel's address, such as "http://host:5081".</param>
    public ClientTelemetryInterceptor For(Uri address) => new(_instruments, _spans, _time, RpcServer.Of(address));

    /// <inheritdoc/>
    public override AsyncUnaryCall<TResponse> AsyncUnaryCall<TRequest, TResponse>(
        TRequest request, ClientInterceptorContext<TRequest, TResponse> context, AsyncUnaryCallContinuation<TRequest, TResponse> continuation)
    {
        var measured = Begin(context.Method);
        var call = Open(measured, context, propagated => continuation(request, propagated));
        return new AsyncUnaryCall<TResponse>(
            measured.EndWithAsync(call.ResponseAsync), call.ResponseHeadersAsync, call.GetStatus, call.GetTrailers, call.Dispose);
    }

    /// <inheritdoc/>
    public override AsyncClientStreamingCall<TRequest, TResponse> AsyncClientStreamingCall<TRequest, TResponse>(
        ClientInterceptorContext<TRequest, TResponse> context, AsyncClientStreamingCallContinuation<TRequest, TResponse> continuation)
    {
        var measured = Begin(context.Method);
        var call = Open(measured, context, propagated => continuation(propagated));
        return new AsyncClientStreamingCall<TRequest, TResponse>(
            call.RequestStream, measured.EndWithAsync(call.ResponseAsync), call.ResponseHeadersAsync, call.GetStatus, call.GetTrailers, call.Dispose);
    }

    /// <inheritdoc/>
    public override AsyncServerStreamingCall<TResponse> AsyncServerStreamingCall<TRequest, TResponse>(
        TRequest request, ClientInterceptorContext<TRequest, TResponse> context, AsyncServerStreamingCallContinuation<TRequest, TResponse> continuation)
    {
        var measured = Begin(context.Method);
        var call = Open(measured, context, propagated => continuation(request, propagated));
        return new AsyncServerStreamingCall<TResponse>(
            new MeasuredStream<TResponse>(call.ResponseStream, measured), call.ResponseHeadersAsync, call.GetStatus, call.GetTrailers,
            () => measured.EndWith(call.Dispose));
    }

    /// <inheritdoc/>
    public override AsyncDuplexStreamingCall<TRequest, TResponse> AsyncDuplexStreamingCall<TRequest, TResponse>(
        ClientInterceptorContext<TRequest, TResponse> context, AsyncDuplexStreamingCallContinuation<TRequest, TResponse> continuation)
    {
        var measured = Begin(context.Method);
        var call = Open(measured, context, propagated => continuation(propagated));
        return new AsyncDuplexStreamingCall<TRequest, TResponse>(
            call.RequestStream, new MeasuredStream<TResponse>(call.ResponseStream, measured), call.ResponseHeadersAsync, call.GetStatus, call.GetTrailers,
            () => measured.EndWith(call.Dispose));
    }

    private MeasuredCall Begin(IMethod method) => new(_instruments, _spans, _time, method.FullName, _server);

    private static TCall Open<TRequest, TResponse, TCall>(
        MeasuredCall measured, ClientInterceptorContext<TRequest, TResponse> context, Func<ClientInterceptorContext<TRequest, TResponse>, TCall> open)
        where TRequest : class
        where TResponse : class
    {
        try
        {
            return open(measured.Propagate(context));
        }
        catch
        {
            measured.End(StatusCode.Unknown);
            throw;
        }
        finally
        {
            measured.Leave();
        }
    }
}
