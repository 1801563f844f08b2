namespace VideoGrain.Orchestrator.Tests.Support;

/// <summary>A clock on which waits of one length pass at once, and are counted.</summary>
internal sealed class SkippingClock(TimeSpan length) : TimeProvider
{
    private int _skipped;

    /// <summary>Waits of that length so far.</summary>
    public int Skipped => _skipped;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        if (dueTime != length)
            return base.CreateTimer(callback, state, dueTime, period);

        Interlocked.Increment(ref _skipped);
        return base.CreateTimer(callback, state, TimeSpan.Zero, period);
    }
}
