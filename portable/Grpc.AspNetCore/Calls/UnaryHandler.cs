using Grpc.Core;
using Microsoft.Extensions.Logging;

namespace Grpc.AspNetCore.Server.Calls;

/// <summary>One request, one response.</summary>
internal sealed class UnaryHandler<TService, TRequest, TResponse>(
    Method<TRequest, TResponse> method,
    MethodSettings settings,
    ILogger logger,
    Func<TService, TRequest, ServerCallContext, Task<TResponse>> invoke) : CallHandler<TService, TRequest, TResponse>(method, settings, logger)
    where TService : class
    where TRequest : class
    where TResponse : class
{
    protected override async Task InvokeAsync(ServerCall call)
    {
        var request = await ReadRequestAsync(call).ConfigureAwait(false);
        var response = await Pipeline.Unary<TRequest, TResponse>(request, call, invoke).ConfigureAwait(false);
        await WriteResponseAsync(call, response).ConfigureAwait(false);
    }
}
