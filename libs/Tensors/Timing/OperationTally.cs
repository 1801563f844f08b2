namespace VideoGrain.Tensors.Timing;

/// <summary>
/// Adds up how long a device works on each group of operations. A run of operations of one group costs one mark; marks are used again and again.
/// </summary>
internal sealed class OperationTally(IDeviceMarks marks) : IDisposable
{
    /// <summary>Marks after which those that the device has passed are read, without waiting.</summary>
    private const int PendingBeforeReading = 256;

    /// <summary>Most marks on their way: an engine whose times nobody takes must not collect marks without end.</summary>
    private const int MostPending = 8192;

    private readonly Queue<(nint Mark, OperationGroup? Group)> _pending = new();
    private readonly Stack<nint> _free = new();
    private readonly TimeSpan[] _times = new TimeSpan[DeviceTimes.Groups.Count];
    private (nint Mark, OperationGroup? Group)? _first;
    private OperationGroup? _current;

    /// <summary>What is queued from now on belongs to a group; null: to none.</summary>
    public void Enter(OperationGroup? group)
    {
        if (group == _current) return;
        if (_pending.Count % PendingBeforeReading == PendingBeforeReading - 1) Read(wait: _pending.Count >= MostPending);
        var mark = _free.TryPop(out var used) ? used : marks.Create();
        marks.Set(mark);
        _pending.Enqueue((mark, group));
        _current = group;
    }

    /// <summary>The times since the last call; waits for the device.</summary>
    public DeviceTimes Take()
    {
        Enter(null);
        Read(wait: true);
        var times = new DeviceTimes(_times);
        Array.Clear(_times);
        return times;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var (mark, _) in _pending) marks.Destroy(mark);
        foreach (var mark in _free) marks.Destroy(mark);
        if (_first is { } first) marks.Destroy(first.Mark);
        _pending.Clear();
        _free.Clear();
        _first = null;
        marks.Dispose();
    }

    private void Read(bool wait)
    {
        if (wait && _pending.Count > 0) marks.Wait(_pending.Last().Mark);
        while (_pending.TryPeek(out var next) && (wait || marks.IsReached(next.Mark)))
        {
            if (_first is { } first)
            {
                if (first.Group is { } group) _times[(int)group] += marks.Between(first.Mark, next.Mark);
                _free.Push(first.Mark);
            }

            _first = _pending.Dequeue();
        }
    }
}
