namespace VideoGrain.Orchestrator.Jobs;

/// <summary>One watcher's ear on one job: holds at most one signal, whatever happens meanwhile. One waits at a time.</summary>
internal sealed class JobSubscription(string jobId, JobSignals signals) : IDisposable
{
    private readonly Lock _gate = new();
    private TaskCompletionSource? _waiting;
    private bool _isSignalled;

    public string JobId { get; } = jobId;

    public void Signal()
    {
        lock (_gate)
        {
            // A waiter that has just given up leaves the signal to the next.
            _isSignalled = _waiting is null || !_waiting.TrySetResult();
            _waiting = null;
        }
    }

    /// <summary>Waits for a signal.</summary>
    public async Task WaitAsync(CancellationToken cancellationToken)
    {
        TaskCompletionSource waiting;
        lock (_gate)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (_isSignalled)
            {
                _isSignalled = false;
                return;
            }

            waiting = _waiting = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }

        await using var registration = cancellationToken.UnsafeRegister(static (source, token) => ((TaskCompletionSource)source!).TrySetCanceled(token), waiting);
        await waiting.Task;
    }

    /// <summary>Waits for a signal, at most <paramref name="atMost"/>.</summary>
    public async Task WaitAsync(TimeSpan atMost, TimeProvider time, CancellationToken cancellationToken)
    {
        using var patience = new CancellationTokenSource(atMost, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, patience.Token);
        try
        {
            await WaitAsync(either.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            // Looking without a signal finds what other processes wrote.
        }
    }

    public void Dispose() => signals.Unsubscribe(this);
}
