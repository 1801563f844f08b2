using System.Threading.Channels;

namespace VideoGrain.Orchestrator.Jobs;

/// <summary>What other replicas should hear. The same news twice is one; a replica that cannot send for a while forgets nothing but keeps each once.</summary>
internal sealed class SignalOutbox
{
    private readonly Lock _gate = new();
    private readonly Channel<bool> _filled = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private HashSet<Signal> _waiting = [];

    /// <summary>Adds news.</summary>
    public void Add(Signal signal)
    {
        lock (_gate)
            _waiting.Add(signal);

        _filled.Writer.TryWrite(true);
    }

    /// <summary>Waits for news and takes all there is.</summary>
    public async Task<IReadOnlyCollection<Signal>> TakeAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            await _filled.Reader.ReadAsync(cancellationToken);
            lock (_gate)
            {
                if (_waiting.Count == 0)
                    continue;

                var taken = _waiting;
                _waiting = [];
                return taken;
            }
        }
    }
}
