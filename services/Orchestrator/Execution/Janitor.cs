using Microsoft.Extensions.Options;
using VideoGrain.Orchestrator.Artifacts;
using VideoGrain.Orchestrator.Jobs;
using VideoGrain.Orchestrator.Options;
using VideoGrain.Orchestrator.Scaling;
using VideoGrain.Orchestrator.Telemetry;
using VideoGrain.ServiceDefaults.Hosting;

namespace VideoGrain.Orchestrator.Execution;

/// <summary>From time to time: fails jobs that waited too long, deletes jobs whose time is up, tidies ended ones, counts the rest.</summary>
internal sealed partial class Janitor(
    JobQueue queue,
    JobCatalog catalog,
    ArtifactCollector collector,
    GpuBacklog backlog,
    OrchestratorInstruments instruments,
    Readiness readiness,
    IOptions<RetentionOptions> options,
    TimeProvider time,
    ILogger<Janitor> logger) : BackgroundService
{
    /// <summary>Does one round.</summary>
    public async Task SweepAsync(CancellationToken cancellationToken)
    {
        await queue.FailOverdueAsync(cancellationToken);
        var freed = new List<ArtifactDigest>();
        foreach (var jobId in await catalog.UntidyAsync(cancellationToken))
            freed.AddRange(await catalog.DropWorkingArtifactsAsync(jobId, cancellationToken));
        foreach (var jobId in await catalog.ExpiredAsync(cancellationToken))
            freed.AddRange(await catalog.DeleteAsync(jobId, cancellationToken) ?? []);

        await collector.CollectAsync(freed, cancellationToken);
        await catalog.EraseTracesAsync(cancellationToken);
        instruments.SetQueue(await catalog.SnapshotAsync(cancellationToken));
        await backlog.EstimateAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            await readiness.Started.WaitAsync(stoppingToken);
            using var timer = new PeriodicTimer(options.Value.SweepInterval, time);
            var searched = time.GetTimestamp();
            do
            {
                try
                {
                    await SweepAsync(stoppingToken);
                    if (time.GetElapsedTime(searched) < options.Value.OrphanInterval)
                        continue;

                    await collector.CollectOrphansAsync(stoppingToken);
                    searched = time.GetTimestamp();
                }
                catch (Exception exception) when (!stoppingToken.IsCancellationRequested)
                {
                    SweepFailed(logger, exception);
                }
            }
            while (await timer.WaitForNextTickAsync(stoppingToken));
        }
        catch (Exception) when (stoppingToken.IsCancellationRequested || readiness.Started.IsFaulted)
        {
            // Shutting down, or never started: the readiness check tells why.
        }
    }

    [LoggerMessage(LogLevel.Error, "a round of tidying failed; the next one tries again")]
    private static partial void SweepFailed(ILogger logger, Exception exception);
}
