using System.Threading.Channels;

namespace VideoGrain.Orchestrator.Jobs;

/// <summary>One watcher's ear on one job: holds at most one signal, whatever happens meanwhile.</summary>
internal sealed class JobSubscription(string jobId, Action<JobSubscription> unsubscribe) : IDisposable
{
    private readonly Channel<bool> _signal = Channel.CreateBounded<bool>(
        new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite, SingleReader = true });

    public string JobId { get; } = jobId;

    public void Signal() => _signal.Writer.TryWrite(true);

    /// <summary>Waits for a signal.</summary>
    public async Task WaitAsync(CancellationToken cancellationToken) => await _signal.Reader.ReadAsync(cancellationToken);

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

    public void Dispose() => unsubscribe(this);
}
