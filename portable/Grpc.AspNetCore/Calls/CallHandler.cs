using Grpc.AspNetCore.Server.Interception;
using Grpc.Core;
using Grpc.Net.Wire;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Http.Timeouts;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;
using Microsoft.Extensions.Logging;
using Microsoft.Net.Http.Headers;

namespace Grpc.AspNetCore.Server.Calls;

/// <summary>Serves the requests of one method: checks the request, runs the call, sends its status.</summary>
internal abstract class CallHandler<TService, TRequest, TResponse>(Method<TRequest, TResponse> method, MethodSettings settings, ILogger logger)
    where TService : class
    where TRequest : class
    where TResponse : class
{
    protected Method<TRequest, TResponse> Method { get; } = method;

    protected ServicePipeline<TService> Pipeline { get; } = new(settings.Interceptors);

    public async Task HandleAsync(HttpContext context)
    {
        if (Refuse(context))
            return;
        context.Response.ContentType = WireNames.ContentType;
        await using var call = new ServerCall(context, Method.FullName, settings, logger);
        try
        {
            call.Start();
            await InvokeAsync(call).ConfigureAwait(false);
            await call.EndAsync(null).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            await call.EndAsync(exception).ConfigureAwait(false);
        }
    }

    protected abstract Task InvokeAsync(ServerCall call);

    protected async Task<TRequest> ReadRequestAsync(ServerCall call)
    {
        try
        {
            return await call.ReadAsync(Method.RequestMarshaller.ContextualDeserializer, only: true, call.CancellationToken).ConfigureAwait(false)
                ?? throw new RpcException(new Status(StatusCode.Internal, "The request holds no message."));
        }
        catch (BadHttpRequestException exception) when (exception.StatusCode == StatusCodes.Status413PayloadTooLarge)
        {
            throw new RpcException(new Status(StatusCode.ResourceExhausted, exception.Message, exception));
        }
    }

    protected async Task WriteResponseAsync(ServerCall call, TResponse? response)
    {
        if (response is null)
            throw new RpcException(new Status(StatusCode.Cancelled, "No message returned from method."));
        await call.WriteOnlyAsync(response, Method.ResponseMarshaller.ContextualSerializer).ConfigureAwait(false);
    }

    /// <summary>Request streams may last and grow: the server's limits on body size, data rate and time do not apply to them.</summary>
    protected static void LiftBodyLimits(HttpContext context)
    {
        if (context.Features.Get<IHttpMinRequestBodyDataRateFeature>() is { } rate)
            rate.MinDataRate = null;
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size)
            size.MaxRequestBodySize = null;
        LiftTimeLimit(context);
    }

    protected static void LiftTimeLimit(HttpContext context)
    {
        var configured = context.GetEndpoint()?.Metadata;
        if (configured?.GetMetadata<RequestTimeoutAttribute>() is null && configured?.GetMetadata<RequestTimeoutPolicy>() is null)
            context.Features.Get<IHttpRequestTimeoutFeature>()?.DisableTimeout();
    }

    private bool Refuse(HttpContext context)
    {
        var response = context.Response;
        if (!WireNames.IsGrpcContentType(context.Request.ContentType))
        {
            ServerLog.UnsupportedContentType(logger, context.Request.ContentType);
            response.StatusCode = StatusCodes.Status415UnsupportedMediaType;
            ResponseStatus.Write(
                response, new Status(StatusCode.Internal, $"Content-Type '{context.Request.ContentType}' is not supported."), null);
            return true;
        }

        if (HttpProtocol.IsHttp2(context.Request.Protocol) || HttpProtocol.IsHttp3(context.Request.Protocol))
            return false;
        ServerLog.UnsupportedProtocol(logger, context.Request.Protocol);
        response.StatusCode = StatusCodes.Status426UpgradeRequired;
        response.Headers[HeaderNames.Upgrade] = HttpProtocol.Http2;
        ResponseStatus.Write(
            response, new Status(StatusCode.Internal, $"Request protocol '{context.Request.Protocol}' is not supported."), null);
        return true;
    }
}
