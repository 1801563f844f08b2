using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace VideoGrain.ServiceDefaults.Hosting;

/// <summary>Does the startup work in the background and then declares the service started.</summary>
internal sealed partial class StartupRunner(IEnumerable<IStartupWork> work, Readiness readiness, ILogger<StartupRunner> logger) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // Leave the host's start: probes must be answered while models load.
        await Task.Yield();
        try
        {
            foreach (var item in work) await item.RunAsync(stoppingToken);
            readiness.SetStarted();
            Started(logger);
        }
        catch (OperationCanceledException exception) when (stoppingToken.IsCancellationRequested)
        {
            readiness.SetFailed(exception);
        }
        catch (Exception exception)
        {
            // Whoever sees the failure finds its cause in the log already.
            StartFailed(logger, exception);
            readiness.SetFailed(exception);
        }
    }

    [LoggerMessage(LogLevel.Information, "startup work done, the service is ready")]
    private static partial void Started(ILogger logger);

    [LoggerMessage(LogLevel.Error, "startup work failed, the service stays unready")]
    private static partial void StartFailed(ILogger logger, Exception exception);
}
