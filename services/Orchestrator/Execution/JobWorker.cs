using Microsoft.Extensions.Options;
using VideoGrain.Orchestrator.Jobs;
using VideoGrain.Orchestrator.Options;
using VideoGrain.ServiceDefaults.Hosting;

namespace VideoGrain.Orchestrator.Execution;

/// <summary>Claims jobs and runs them, as many at a time as configured. Ends when the last running job is handed back.</summary>
internal sealed partial class JobWorker(
    JobQueue queue,
    JobSignals signals,
    JobRunner runner,
    Readiness readiness,
    Drain drain,
    IOptions<WorkerOptions> options,
    TimeProvider time,
    ILogger<JobWorker> logger) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var shutdown = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken, drain.Token);
        try
        {
            await readiness.Started.WaitAsync(shutdown.Token);
            await Task.WhenAll(Enumerable.Range(0, options.Value.Parallelism).Select(slot => RunSlotAsync(slot, shutdown.Token)));
        }
        catch (Exception) when (shutdown.IsCancellationRequested || readiness.Started.IsFaulted)
        {
            // Shutting down, or never started: the readiness check tells why.
        }
    }

    private async Task RunSlotAsync(int slot, CancellationToken shutdown)
    {
        var owner = $"{Environment.MachineName}/{Environment.ProcessId}/{slot}";
        while (!shutdown.IsCancellationRequested)
        {
            Job? job = null;
            try
            {
                job = await queue.ClaimAsync(owner, shutdown);
                if (job is null)
                    await signals.WaitForWorkAsync(options.Value.PollInterval, time, shutdown);
            }
            catch (OperationCanceledException) when (shutdown.IsCancellationRequested)
            {
                return;
            }
            catch (Exception exception)
            {
                ClaimFailed(logger, exception);
                await Task.Delay(options.Value.PollInterval, time, shutdown).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }

            if (job is not null)
                await runner.RunAsync(job, shutdown);
        }
    }

    [LoggerMessage(LogLevel.Error, "the next job could not be claimed")]
    private static partial void ClaimFailed(ILogger logger, Exception exception);
}
