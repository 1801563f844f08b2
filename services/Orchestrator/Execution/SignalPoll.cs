using Microsoft.Extensions.Options;
using VideoGrain.Orchestrator.Jobs;
using VideoGrain.Orchestrator.Options;
using VideoGrain.Orchestrator.Persistence;
using VideoGrain.ServiceDefaults.Hosting;

namespace VideoGrain.Orchestrator.Execution;

/// <summary>
/// Where replicas share a database: looks every so often, with one query however many watchers there are, for changes whose signals got lost, and
/// sets the clock of the leases by the database's.
/// </summary>
internal sealed partial class SignalPoll(
    JobsDatabase database, JobCatalog catalog, JobSignals signals, LeaseClock clock, Readiness readiness, IOptions<WorkerOptions> options, TimeProvider time, ILogger<SignalPoll> logger)
    : BackgroundService
{
    private Dictionary<string, long> _known = [];

    /// <summary>Looks once.</summary>
    public async Task LookAsync(CancellationToken cancellationToken)
    {
        clock.Set(await database.NowAsync(cancellationToken));
        var watched = signals.Watched;
        if (watched.Count == 0)
        {
            _known = [];
            return;
        }

        var present = await catalog.SequencesAsync([.. watched], cancellationToken);
        foreach (var jobId in watched)
        {
            // A job that is gone is news as well: its watchers end.
            if (!present.TryGetValue(jobId, out var sequence) || !_known.TryGetValue(jobId, out var known) || known != sequence)
                signals.Tell(jobId);
        }

        _known = present;
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (!database.IsShared)
            return;

        try
        {
            await readiness.Started.WaitAsync(stoppingToken);
            using var timer = new PeriodicTimer(options.Value.PollInterval, time);
            do
            {
                try
                {
                    await LookAsync(stoppingToken);
                }
                catch (Exception exception) when (!stoppingToken.IsCancellationRequested)
                {
                    LookFailed(logger, exception.Message);
                }
            }
            while (await timer.WaitForNextTickAsync(stoppingToken));
        }
        catch (Exception) when (stoppingToken.IsCancellationRequested || readiness.Started.IsFaulted)
        {
            // Shutting down, or never started: the readiness check tells why.
        }
    }

    [LoggerMessage(LogLevel.Warning, "the database could not be asked for changes: {Problem}")]
    private static partial void LookFailed(ILogger logger, string problem);
}
