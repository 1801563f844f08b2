using Microsoft.Extensions.Options;
using VideoGrain.Orchestrator.Jobs;
using VideoGrain.Orchestrator.Options;
using VideoGrain.Orchestrator.Telemetry;
using VideoGrain.ServiceDefaults.Hosting;

namespace VideoGrain.Orchestrator.Execution;

/// <summary>Claims jobs and runs them, as many at a time as configured. Ends when the last running job is handed back.</summary>
internal sealed partial class JobWorker(
    JobQueue queue,
    JobSignals signals,
    JobRunner runner,
    RunningJobs running,
    OrchestratorInstruments instruments,
    Readiness readiness,
    Drain drain,
    IOptions<WorkerOptions> options,
    TimeProvider time,
    ILogger<JobWorker> logger) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        instruments.WatchWorkers(options.Value.Parallelism, () => running.Count);
        queue.GivenUp += GivenUp;
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
        finally
        {
            queue.GivenUp -= GivenUp;
        }
    }

    private void GivenUp(Job job, string reason)
    {
        instruments.Completed(job, JobState.Failed, reason);
        JobGivenUp(logger, job.Id, reason);
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

    [LoggerMessage(LogLevel.Warning, "job {JobId} given up in the queue: {Reason}")]
    private static partial void JobGivenUp(ILogger logger, string jobId, string reason);

    [LoggerMessage(LogLevel.Error, "the next job could not be claimed")]
    private static partial void ClaimFailed(ILogger logger, Exception exception);
}
