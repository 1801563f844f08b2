using Grpc.Core;
using Microsoft.Extensions.Logging;

namespace Grpc.Net.Client.Channels;

internal static partial class ChannelLog
{
    [LoggerMessage(1, LogLevel.Debug, "{Host} resolved to {Count} addresses.")]
    public static partial void Resolved(ILogger logger, string host, int count);

    [LoggerMessage(2, LogLevel.Debug, "{Host} could not be resolved.")]
    public static partial void NotResolved(ILogger logger, string host, Exception exception);

    [LoggerMessage(3, LogLevel.Debug, "{Address} cannot be reached; next attempt in {Pause}.")]
    public static partial void Unreachable(ILogger logger, string address, TimeSpan pause, Exception exception);

    [LoggerMessage(4, LogLevel.Debug, "{Method} ended with status {StatusCode}: {Detail}")]
    public static partial void CallFailed(ILogger logger, string method, StatusCode statusCode, string detail, Exception? exception);

    [LoggerMessage(5, LogLevel.Warning, "The call credentials were left out, because the channel does not use TLS.")]
    public static partial void CredentialsUnused(ILogger logger);
}
