using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using Grpc.AspNetCore.Server.Calls;
using Grpc.Core;
using Microsoft.Extensions.Logging;

namespace Grpc.AspNetCore.Server.Hosting;

/// <summary>Receives a service's methods from generated code and builds the handler of each.</summary>
internal sealed class MethodBinder<[DynamicallyAccessedMembers(ServiceMapper.NeededMembers)] TService>(
    MethodSettings settings, ILogger logger) : ServiceBinderBase
    where TService : class
{
    private readonly List<BoundMethod> _methods = [];

    public IReadOnlyList<BoundMethod> Methods => _methods;

    public override void AddMethod<TRequest, TResponse>(
        Method<TRequest, TResponse> method, UnaryServerMethod<TRequest, TResponse>? handler) =>
        Add(
            method,
            [typeof(TRequest), typeof(ServerCallContext)],
            (Func<TService, TRequest, ServerCallContext, Task<TResponse>> call) =>
                new UnaryHandler<TService, TRequest, TResponse>(method, settings, logger, call));

    public override void AddMethod<TRequest, TResponse>(
        Method<TRequest, TResponse> method, ClientStreamingServerMethod<TRequest, TResponse>? handler) =>
        Add(
            method,
            [typeof(IAsyncStreamReader<TRequest>), typeof(ServerCallContext)],
            (Func<TService, IAsyncStreamReader<TRequest>, ServerCallContext, Task<TResponse>> call) =>
                new ClientStreamingHandler<TService, TRequest, TResponse>(method, settings, logger, call));

    public override void AddMethod<TRequest, TResponse>(
        Method<TRequest, TResponse> method, ServerStreamingServerMethod<TRequest, TResponse>? handler) =>
        Add(
            method,
            [typeof(TRequest), typeof(IServerStreamWriter<TResponse>), typeof(ServerCallContext)],
            (Func<TService, TRequest, IServerStreamWriter<TResponse>, ServerCallContext, Task> call) =>
                new ServerStreamingHandler<TService, TRequest, TResponse>(method, settings, logger, call));

    public override void AddMethod<TRequest, TResponse>(
        Method<TRequest, TResponse> method, DuplexStreamingServerMethod<TRequest, TResponse>? handler) =>
        Add(
            method,
            [typeof(IAsyncStreamReader<TRequest>), typeof(IServerStreamWriter<TResponse>), typeof(ServerCallContext)],
            (Func<TService, IAsyncStreamReader<TRequest>, IServerStreamWriter<TResponse>, ServerCallContext, Task> call) =>
                new DuplexStreamingHandler<TService, TRequest, TResponse>(method, settings, logger, call));

    private void Add<TRequest, TResponse, TDelegate>(
        Method<TRequest, TResponse> method,
        Type[] parameters,
        Func<TDelegate, CallHandler<TService, TRequest, TResponse>> createHandler)
        where TRequest : class
        where TResponse : class
        where TDelegate : Delegate
    {
        var implementation = typeof(TService).GetMethod(
            method.Name, BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic, parameters)
            ?? throw new InvalidOperationException($"{typeof(TService)} has no method for {method.FullName}.");
        var handler = createHandler(implementation.CreateDelegate<TDelegate>());
        _methods.Add(new BoundMethod(method, implementation, handler.HandleAsync));
    }
}
