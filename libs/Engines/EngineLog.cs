using Microsoft.Extensions.Logging;

namespace VideoGrain.Engines;

/// <summary>What the making of an engine logs.</summary>
internal static partial class EngineLog
{
    [LoggerMessage(LogLevel.Information, "the engine is {Engine}")]
    public static partial void Made(ILogger logger, string engine);

    [LoggerMessage(LogLevel.Warning, "the engine is slower than it could be: {Reason}")]
    public static partial void FellBack(ILogger logger, string reason);
}
