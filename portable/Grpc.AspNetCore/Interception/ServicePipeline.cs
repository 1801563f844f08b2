using Grpc.Core;

namespace Grpc.AspNetCore.Server.Interception;

/// <summary>
/// The way of a call through the interceptors to the service. Interceptors and service are created for the call, the service last, and
/// disposed with it.
/// </summary>
internal sealed class ServicePipeline<TService>
    where TService : class
{
    private readonly InterceptorActivator[] _interceptors;
    private readonly ServiceActivator<TService> _service = new();

    public ServicePipeline(IReadOnlyList<InterceptorRegistration> interceptors) =>
        _interceptors = [.. interceptors.Select(registration => new InterceptorActivator(registration))];

    public Task<TResponse> Unary<TRequest, TResponse>(
        TRequest request, Calls.ServerCall call, Func<TService, TRequest, ServerCallContext, Task<TResponse>> invoke)
        where TRequest : class
        where TResponse : class
    {
        UnaryServerMethod<TRequest, TResponse> next = async (request, context) =>
        {
            await using var service = _service.Create(call.HttpContext.RequestServices);
            return await invoke(service.Instance, request, context).ConfigureAwait(false);
        };
        for (var i = _interceptors.Length - 1; i >= 0; i--)
        {
            var (activator, inner) = (_interceptors[i], next);
            next = async (request, context) =>
            {
                await using var interceptor = activator.Create(call.HttpContext.RequestServices);
                return await interceptor.Instance.UnaryServerHandler(request, context, inner).ConfigureAwait(false);
            };
        }

        return next(request, call);
    }

    public Task<TResponse> ClientStreaming<TRequest, TResponse>(
        IAsyncStreamReader<TRequest> requests, Calls.ServerCall call, Func<TService, IAsyncStreamReader<TRequest>, ServerCallContext, Task<TResponse>> invoke)
        where TRequest : class
        where TResponse : class
    {
        ClientStreamingServerMethod<TRequest, TResponse> next = async (requests, context) =>
        {
            await using var service = _service.Create(call.HttpContext.RequestServices);
            return await invoke(service.Instance, requests, context).ConfigureAwait(false);
        };
        for (var i = _interceptors.Length - 1; i >= 0; i--)
        {
            var (activator, inner) = (_interceptors[i], next);
            next = async (requests, context) =>
            {
                await using var interceptor = activator.Create(call.HttpContext.RequestServices);
                return await interceptor.Instance.ClientStreamingServerHandler(requests, context, inner).ConfigureAwait(false);
            };
        }

        return next(requests, call);
    }

    public Task ServerStreaming<TRequest, TResponse>(
        TRequest request, IServerStreamWriter<TResponse> responses, Calls.ServerCall call, Func<TService, TRequest, IServerStreamWriter<TResponse>, ServerCallContext, Task> invoke)
        where TRequest : class
        where TResponse : class
    {
        ServerStreamingServerMethod<TRequest, TResponse> next = async (request, responses, context) =>
        {
            await using var service = _service.Create(call.HttpContext.RequestServices);
            await invoke(service.Instance, request, responses, context).ConfigureAwait(false);
        };
        for (var i = _interceptors.Length - 1; i >= 0; i--)
        {
            var (activator, inner) = (_interceptors[i], next);
            next = async (request, responses, context) =>
            {
                await using var interceptor = activator.Create(call.HttpContext.RequestServices);
                await interceptor.Instance.ServerStreamingServerHandler(request, responses, context, inner).ConfigureAwait(false);
            };
        }

        return next(request, responses, call);
    }

    public Task DuplexStreaming<TRequest, TResponse>(
        IAsyncStreamReader<TRequest> requests, IServerStreamWriter<TResponse> responses, Calls.ServerCall call, Func<TService, IAsyncStreamReader<TRequest>, IServerStreamWriter<TResponse>, ServerCallContext, Task> invoke)
        where TRequest : class
        where TResponse : class
    {
        DuplexStreamingServerMethod<TRequest, TResponse> next = async (requests, responses, context) =>
        {
            await using var service = _service.Create(call.HttpContext.RequestServices);
            await invoke(service.Instance, requests, responses, context).ConfigureAwait(false);
        };
        for (var i = _interceptors.Length - 1; i >= 0; i--)
        {
            var (activator, inner) = (_interceptors[i], next);
            next = async (requests, responses, context) =>
            {
                await using var interceptor = activator.Create(call.HttpContext.RequestServices);
                await interceptor.Instance.DuplexStreamingServerHandler(requests, responses, context, inner).ConfigureAwait(false);
            };
        }

        return next(requests, responses, call);
    }
}
