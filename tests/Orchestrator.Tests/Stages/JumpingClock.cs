namespace VideoGrain.Orchestrator.Tests.Stages;

/// <summary>A clock whose time of day can be set wrong, as an operator or a time service does; timers and timestamps go on.</summary>
internal sealed class JumpingClock(TimeProvider inner) : TimeProvider
{
    /// <summary>How far the time of day is from the right one.</summary>
    public TimeSpan Offset { get; set; }

    public override long TimestampFrequency => inner.TimestampFrequency;

    public override DateTimeOffset GetUtcNow() => inner.GetUtcNow() + Offset;

    public override long GetTimestamp() => inner.GetTimestamp();

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) => inner.CreateTimer(callback, state, dueTime, period);
}
