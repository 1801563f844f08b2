namespace VideoGrain.Orchestrator.Jobs;

/// <summary>
/// The time by which leases are given and run out. It goes on steadily whatever happens to the machine's clock; where replicas share a database, it is
/// set by the database's clock, so that no replica's own can make it take living workers' jobs.
/// </summary>
internal sealed class LeaseClock(TimeProvider time)
{
    private Anchor _anchor = new(time.GetUtcNow(), time.GetTimestamp());

    /// <summary>The present time.</summary>
    public DateTimeOffset Now
    {
        get
        {
            var anchor = Volatile.Read(ref _anchor);
            return anchor.Time + time.GetElapsedTime(anchor.Timestamp);
        }
    }

    /// <summary>Sets the clock.</summary>
    public void Set(DateTimeOffset now) => Volatile.Write(ref _anchor, new Anchor(now, time.GetTimestamp()));

    private sealed record Anchor(DateTimeOffset Time, long Timestamp);
}
