using System.Diagnostics;
using Grpc.Core;
using Grpc.Core.Interceptors;

namespace VideoGrain.ServiceDefaults.Telemetry;

/// <summary>A call made; its span and its duration are recorded once, when it ends, fails or is dropped.</summary>
internal sealed class MeasuredCall
{
    private readonly RpcInstruments _instruments;
    private readonly TimeProvider _time;
    private readonly string _method;
    private readonly RpcServer? _server;
    private readonly Activity? _before = Activity.Current;
    private readonly Activity? _span;
    private readonly long _started;
    private int _ended;

    /// <summary>Begins a call; its span is the current one until <see cref="Leave"/>.</summary>
    public MeasuredCall(RpcInstruments instruments, RpcSpans spans, TimeProvider time, string method, RpcServer? server)
    {
        (_instruments, _time, _method, _server) = (instruments, time, method, server);
        _started = time.GetTimestamp();
        _span = spans.StartMade(method, server);
    }

    /// <summary>The call with its span in the headers.</summary>
    public ClientInterceptorContext<TRequest, TResponse> Propagate<TRequest, TResponse>(ClientInterceptorContext<TRequest, TResponse> context)
        where TRequest : class
        where TResponse : class => _span is null
            ? context
            : new(context.Method, context.Host, context.Options.WithHeaders(TraceHeaders.Write(context.Options.Headers, _span)));

    /// <summary>The call is under way; whatever its caller does next is not part of it.</summary>
    public void Leave() => Activity.Current = _before;

    public void End(StatusCode status)
    {
        if (Interlocked.Exchange(ref _ended, 1) != 0) return;

        // The measurement's exemplar is the call's own span.
        var current = Activity.Current;
        if (_span is not null) Activity.Current = _span;
        _instruments.Made(_method, status, _time.GetElapsedTime(_started), _server);
        Activity.Current = current;
        RpcSpans.End(_span, status, status != StatusCode.OK);
    }

    public void EndWith(Action dispose)
    {
        dispose();
        End(StatusCode.Cancelled);
    }

    /// <summary>The response of a call with a single one.</summary>
    public async Task<T> EndWithAsync<T>(Task<T> response)
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
        catch (OperationCanceledException)
        {
            status = StatusCode.Cancelled;
            throw;
        }
        finally
        {
            End(status);
        }
    }
}
