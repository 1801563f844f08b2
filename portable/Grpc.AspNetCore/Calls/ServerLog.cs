using Grpc.Core;
using Microsoft.Extensions.Logging;

namespace Grpc.AspNetCore.Server.Calls;

internal static partial class ServerLog
{
    [LoggerMessage(1, LogLevel.Information, "{Method} is unimplemented.")]
    public static partial void Unimplemented(ILogger logger, string method);

    [LoggerMessage(2, LogLevel.Information, "Request content type '{ContentType}' is not supported.")]
    public static partial void UnsupportedContentType(ILogger logger, string? contentType);

    [LoggerMessage(3, LogLevel.Information, "Request protocol '{Protocol}' is not supported.")]
    public static partial void UnsupportedProtocol(ILogger logger, string protocol);

    [LoggerMessage(4, LogLevel.Debug, "The grpc-timeout '{Timeout}' is invalid and ignored.")]
    public static partial void InvalidTimeout(ILogger logger, string timeout);

    [LoggerMessage(5, LogLevel.Debug, "{Method} exceeded its deadline.")]
    public static partial void DeadlineExceeded(ILogger logger, string method);

    [LoggerMessage(6, LogLevel.Error, "{Method} could not be ended at its deadline.")]
    public static partial void DeadlineFailed(ILogger logger, string method, Exception exception);

    [LoggerMessage(7, LogLevel.Error, "{Method} failed.")]
    public static partial void HandlerFailed(ILogger logger, string method, Exception exception);

    [LoggerMessage(8, LogLevel.Information, "{Method} was cancelled.")]
    public static partial void HandlerCancelled(ILogger logger, string method, Exception exception);

    [LoggerMessage(9, LogLevel.Information, "{Method} ended with status {StatusCode}: {Detail}")]
    public static partial void StatusRaised(ILogger logger, string method, StatusCode statusCode, string detail, Exception? exception);
}
