namespace VideoGrain.Orchestrator.Jobs;

/// <summary>
/// Tells watchers and workers of this process, and by the outbox those of other replicas, that there is something new to read. A signal carries
/// nothing: what is new is in the database, so a slow watcher costs a bit instead of a queue of events.
/// </summary>
/// <param name="outbox">Where other replicas' news goes; null where there are none.</param>
internal sealed class JobSignals(SignalOutbox? outbox = null)
{
    // Workers that are busy take the next job without a signal; more than this many would only wake idle ones for nothing.
    private const int MaxWaiting = 64;

    // No job's id: stands for the queue as a whole.
    private const string AnyWork = "";
    private readonly Lock _gate = new();
    private readonly Dictionary<string, HashSet<JobSubscription>> _watchers = new(StringComparer.Ordinal);
    private readonly SemaphoreSlim _work = new(0);

    /// <summary>Begins to listen to a job; dispose the subscription to stop.</summary>
    public JobSubscription Subscribe(string jobId)
    {
        var subscription = new JobSubscription(jobId, this);
        lock (_gate)
        {
            if (!_watchers.TryGetValue(jobId, out var subscribers))
                _watchers.Add(jobId, subscribers = []);

            subscribers.Add(subscription);
        }

        return subscription;
    }

    /// <summary>The jobs that somebody listens to.</summary>
    public IReadOnlyCollection<string> Watched
    {
        get
        {
            lock (_gate)
                return [.. _watchers.Keys.Where(jobId => jobId != AnyWork)];
        }
    }

    /// <summary>Something was added to a job's history.</summary>
    public void Changed(string jobId)
    {
        outbox?.Add(new Signal(SignalKind.Changed, jobId));
        Tell(jobId);
    }

    /// <summary>A job was cancelled.</summary>
    public void Cancelled(string jobId)
    {
        outbox?.Add(new Signal(SignalKind.Cancelled, jobId));
        Tell(jobId);
    }

    /// <summary>A job entered the queue.</summary>
    public void WorkArrived()
    {
        outbox?.Add(new Signal(SignalKind.Work, AnyWork));
        Wake();
    }

    /// <summary>Tells the watchers of a job, here only.</summary>
    public void Tell(string jobId)
    {
        lock (_gate)
        {
            if (!_watchers.TryGetValue(jobId, out var subscribers))
                return;

            // Nobody's code runs within a signal: waiters go on elsewhere.
            foreach (var subscriber in subscribers)
                subscriber.Signal();
        }
    }

    /// <summary>Begins to listen for jobs that enter the queue; dispose the subscription to stop.</summary>
    public JobSubscription SubscribeToWork() => Subscribe(AnyWork);

    /// <summary>Wakes an idle worker, here only.</summary>
    public void Wake()
    {
        Tell(AnyWork);
        if (_work.CurrentCount < MaxWaiting)
            _work.Release();
    }

    /// <summary>Waits until a job enters the queue, at most <paramref name="atMost"/>.</summary>
    public async Task WaitForWorkAsync(TimeSpan atMost, TimeProvider time, CancellationToken cancellationToken)
    {
        using var patience = new CancellationTokenSource(atMost, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, patience.Token);
        try
        {
            await _work.WaitAsync(either.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            // Looking into the queue without a signal is what the limit is for.
        }
    }

    /// <summary>Ends a subscription.</summary>
    internal void Unsubscribe(JobSubscription subscription)
    {
        lock (_gate)
        {
            if (_watchers.TryGetValue(subscription.JobId, out var subscribers) && subscribers.Remove(subscription) && subscribers.Count == 0)
                _watchers.Remove(subscription.JobId);
        }
    }
}
