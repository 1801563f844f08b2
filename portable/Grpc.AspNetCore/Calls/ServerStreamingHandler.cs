using Grpc.Core;
using Microsoft.Extensions.Logging;

namespace Grpc.AspNetCore.Server.Calls;

/// <summary>One request, many responses.</summary>
internal sealed class ServerStreamingHandler<TService, TRequest, TResponse>(
    Method<TRequest, TResponse> method,
    MethodSettings settings,
    ILogger logger,
    Func<TService, TRequest, IServerStreamWriter<TResponse>, ServerCallContext, Task> invoke) : CallHandler<TService, TRequest, TResponse>(method, settings, logger)
    where TService : class
    where TRequest : class
    where TResponse : class
{
    protected override async Task InvokeAsync(ServerCall call)
    {
        LiftTimeLimit(call.HttpContext);
        var request = await ReadRequestAsync(call).ConfigureAwait(false);
        var responses = new ResponseStream<TResponse>(call, Method.ResponseMarshaller.ContextualSerializer);
        try
        {
            await Pipeline.ServerStreaming<TRequest, TResponse>(request, responses, call, invoke).ConfigureAwait(false);
        }
        finally
        {
            responses.Complete();
        }
    }
}
