using Grpc.Core;
using Microsoft.Extensions.Logging;

namespace Grpc.AspNetCore.Server.Calls;

/// <summary>Many requests, one response.</summary>
internal sealed class ClientStreamingHandler<TService, TRequest, TResponse>(
    Method<TRequest, TResponse> method,
    MethodSettings settings,
    ILogger logger,
    Func<TService, IAsyncStreamReader<TRequest>, ServerCallContext, Task<TResponse>> invoke) : CallHandler<TService, TRequest, TResponse>(method, settings, logger)
    where TService : class
    where TRequest : class
    where TResponse : class
{
    protected override async Task InvokeAsync(ServerCall call)
    {
        LiftBodyLimits(call.HttpContext);
        var requests = new RequestStream<TRequest>(call, Method.RequestMarshaller.ContextualDeserializer);
        TResponse? response;
        try
        {
            response = await Pipeline.ClientStreaming<TRequest, TResponse>(requests, call, invoke).ConfigureAwait(false);
        }
        finally
        {
            requests.Complete();
        }

        await WriteResponseAsync(call, response).ConfigureAwait(false);
    }
}
