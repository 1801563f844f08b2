using Grpc.Core;
using Grpc.Core.Interceptors;
using Microsoft.Extensions.Logging;

namespace VideoGrain.ServiceDefaults.Errors;

/// <summary>Turns every exception of a service method into a status with details; unexpected ones are logged and hidden behind INTERNAL.</summary>
internal sealed partial class ErrorInterceptor(ErrorTranslator translator, TimeProvider time, ILogger<ErrorInterceptor> logger) : Interceptor
{
    public override Task<TResponse> UnaryServerHandler<TRequest, TResponse>(
        TRequest request, ServerCallContext context, UnaryServerMethod<TRequest, TResponse> continuation) =>
        Guard(context, () => continuation(request, context));

    public override Task<TResponse> ClientStreamingServerHandler<TRequest, TResponse>(
        IAsyncStreamReader<TRequest> requestStream, ServerCallContext context, ClientStreamingServerMethod<TRequest, TResponse> continuation) =>
        Guard(context, () => continuation(new CallerStream<TRequest>(requestStream), context));

    public override Task ServerStreamingServerHandler<TRequest, TResponse>(
        TRequest request, IServerStreamWriter<TResponse> responseStream, ServerCallContext context,
        ServerStreamingServerMethod<TRequest, TResponse> continuation) =>
        Guard(context, () => Wrap(continuation(request, responseStream, context)));

    public override Task DuplexStreamingServerHandler<TRequest, TResponse>(
        IAsyncStreamReader<TRequest> requestStream, IServerStreamWriter<TResponse> responseStream, ServerCallContext context,
        DuplexStreamingServerMethod<TRequest, TResponse> continuation) =>
        Guard(context, () => Wrap(continuation(new CallerStream<TRequest>(requestStream), responseStream, context)));

    private static async Task<bool> Wrap(Task task)
    {
        await task;
        return true;
    }

    private async Task<T> Guard<T>(ServerCallContext context, Func<Task<T>> call)
    {
        try
        {
            return await call();
        }
        catch (RpcException)
        {
            throw;
        }
        catch (Exception exception) when (context.CancellationToken.IsCancellationRequested || IsLate(context))
        {
            // What a call throws while it is being torn down is a consequence, not a cause. A server closes the response of a call whose deadline
            // has passed a moment before it cancels the call.
            throw Ended(context, exception).ToRpcException();
        }
        catch (Exception exception)
        {
            var error = translator.Translate(exception);
            if (error.Code == StatusCode.Internal) UnexpectedError(logger, exception, context.Method);
            else CallFailed(logger, context.Method, error.Code, error.Reason, error.Message);
            throw error.ToRpcException();
        }
    }

    private bool IsLate(ServerCallContext context) => context.Deadline <= time.GetUtcNow().UtcDateTime;

    private VideoGrainException Ended(ServerCallContext context, Exception exception) => IsLate(context)
        ? new VideoGrainException(StatusCode.DeadlineExceeded, ErrorReasons.DeadlineExceeded, "the call's deadline passed", exception)
        : new VideoGrainException(StatusCode.Cancelled, ErrorReasons.Cancelled, "the caller cancelled", exception);

    [LoggerMessage(LogLevel.Error, "{Method} failed unexpectedly")]
    private static partial void UnexpectedError(ILogger logger, Exception exception, string method);

    [LoggerMessage(LogLevel.Information, "{Method} answered {Code} {Reason}: {Detail}")]
    private static partial void CallFailed(ILogger logger, string method, StatusCode code, string reason, string detail);
}
