using Grpc.Core;
using Microsoft.Extensions.Logging;

namespace Grpc.AspNetCore.Server.Calls;

/// <summary>Many requests, many responses.</summary>
internal sealed class DuplexStreamingHandler<TService, TRequest, TResponse>(
    Method<TRequest, TResponse> method,
    MethodSettings settings,
    ILogger logger,
    Func<TService, IAsyncStreamReader<TRequest>, IServerStreamWriter<TResponse>, ServerCallContext, Task> invoke) : CallHandler<TService, TRequest, TResponse>(method, settings, logger)
    where TService : class
    where TRequest : class
    where TResponse : class
{
    protected override async Task InvokeAsync(ServerCall call)
    {
        LiftBodyLimits(call.HttpContext);
        var requests = new RequestStream<TRequest>(call, Method.RequestMarshaller.ContextualDeserializer);
        var responses = new ResponseStream<TResponse>(call, Method.ResponseMarshaller.ContextualSerializer);
        try
        {
            await Pipeline.DuplexStreaming<TRequest, TResponse>(requests, responses, call, invoke).ConfigureAwait(false);
        }
        finally
        {
            requests.Complete();
            responses.Complete();
        }
    }
}
