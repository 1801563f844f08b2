using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace VideoGrain.ServiceDefaults.Hosting;

/// <summary>Ends a service that only a restart helps, where nobody restarts it for its probes' sake.</summary>
internal sealed partial class DeathWatch(
    Vitals vitals, IHostApplicationLifetime lifetime, IOptions<ShutdownOptions> options, TimeProvider time, ILogger<DeathWatch> logger) : BackgroundService
{
    // Two scrapes of one box: a state that nobody saw raises no alert.
    private static readonly TimeSpan TimeToBeSeen = TimeSpan.FromSeconds(10);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (!options.Value.ExitWhenDead) return;
        var problem = await vitals.Failed.WaitAsync(stoppingToken);
        Ending(logger, problem);
        await Task.Delay(TimeToBeSeen, time, stoppingToken);
        lifetime.StopApplication();
    }

    [LoggerMessage(LogLevel.Critical, "the service ends, to be restarted: {Problem}")]
    private static partial void Ending(ILogger logger, string problem);
}
