using System.Collections.Concurrent;

namespace VideoGrain.Orchestrator.Execution;

/// <summary>The jobs that this process works on now, so that a cancel reaches them at once rather than with the next heartbeat.</summary>
internal sealed class RunningJobs
{
    private readonly ConcurrentDictionary<string, CancellationTokenSource> _jobs = new(StringComparer.Ordinal);

    /// <summary>How many there are.</summary>
    public int Count => _jobs.Count;

    /// <summary>Registers a job until the result is disposed; <paramref name="lost"/> is cancelled when the job is taken away.</summary>
    public IDisposable Register(string jobId, CancellationTokenSource lost)
    {
        _jobs[jobId] = lost;
        return new Registration(() => _jobs.TryRemove(new(jobId, lost)));
    }

    /// <summary>Tells the job's worker, if it is here, that the job is no longer its own.</summary>
    public void TakeAway(string jobId)
    {
        if (!_jobs.TryGetValue(jobId, out var lost))
            return;

        try
        {
            lost.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // The worker has just finished.
        }
    }

    private sealed class Registration(Action remove) : IDisposable
    {
        public void Dispose() => remove();
    }
}
