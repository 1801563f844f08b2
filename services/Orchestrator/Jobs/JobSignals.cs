using System.Collections.Concurrent;

namespace VideoGrain.Orchestrator.Jobs;

/// <summary>
/// Tells watchers and workers of this process that there is something new to read. A signal carries nothing: what is new is in the database,
/// so nothing is lost when a signal is, and a slow watcher costs a bit instead of a queue of events.
/// </summary>
internal sealed class JobSignals
{
    // Workers that are busy take the next job without a signal; more than this many would only wake idle ones for nothing.
    private const int MaxWaiting = 64;

    // No job's id: stands for the queue as a whole.
    private const string AnyWork = "";
    private readonly ConcurrentDictionary<string, ImmutableSubscribers> _watchers = new(StringComparer.Ordinal);
    private readonly SemaphoreSlim _work = new(0);

    /// <summary>Begins to listen to a job; dispose the subscription to stop.</summary>
    public JobSubscription Subscribe(string jobId)
    {
        var subscription = new JobSubscription(jobId, Unsubscribe);
        _watchers.AddOrUpdate(jobId, _ => new([subscription]), (_, present) => new([.. present.All, subscription]));
        return subscription;
    }

    /// <summary>Something was added to a job's history.</summary>
    public void Changed(string jobId)
    {
        if (_watchers.TryGetValue(jobId, out var subscribers))
        {
            foreach (var subscriber in subscribers.All)
                subscriber.Signal();
        }
    }

    /// <summary>Begins to listen for jobs that enter the queue; dispose the subscription to stop.</summary>
    public JobSubscription SubscribeToWork() => Subscribe(AnyWork);

    /// <summary>A job entered the queue.</summary>
    public void WorkArrived()
    {
        Changed(AnyWork);
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

    private void Unsubscribe(JobSubscription subscription)
    {
        while (_watchers.TryGetValue(subscription.JobId, out var present))
        {
            var rest = new ImmutableSubscribers([.. present.All.Where(other => other != subscription)]);
            var done = rest.All.Length == 0
                ? _watchers.TryRemove(new(subscription.JobId, present))
                : _watchers.TryUpdate(subscription.JobId, rest, present);
            if (done)
                return;
        }
    }

    // A class, so that the dictionary's compare-and-swap compares identity.
    private sealed class ImmutableSubscribers(JobSubscription[] all)
    {
        public JobSubscription[] All { get; } = all;
    }
}
