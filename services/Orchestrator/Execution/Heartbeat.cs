using VideoGrain.Orchestrator.Jobs;

namespace VideoGrain.Orchestrator.Execution;

/// <summary>Renews a job's lease while its worker lives, and cancels the work when the lease is lost.</summary>
internal sealed class Heartbeat : IDisposable
{
    private readonly CancellationTokenSource _end = new();

    public Heartbeat(JobQueue queue, JobLease lease, TimeSpan interval, CancellationTokenSource lost, TimeProvider time) =>
        _ = BeatAsync(queue, lease, interval, lost, time, _end.Token);

    public void Dispose()
    {
        _end.Cancel();
        _end.Dispose();
    }

    private static async Task BeatAsync(
        JobQueue queue, JobLease lease, TimeSpan interval, CancellationTokenSource lost, TimeProvider time, CancellationToken end)
    {
        using var timer = new PeriodicTimer(interval, time);
        try
        {
            while (await timer.WaitForNextTickAsync(end))
            {
                bool held;
                try
                {
                    held = await queue.RenewAsync(lease, end);
                }
                catch (Exception) when (!end.IsCancellationRequested)
                {
                    // A database that cannot be reached now may be reached in time; every write checks the lease anyway.
                    continue;
                }

                if (!held)
                {
                    await lost.CancelAsync();
                    return;
                }
            }
        }
        catch (Exception exception) when (exception is OperationCanceledException or ObjectDisposedException)
        {
            // The work has ended.
        }
    }
}
