namespace VideoGrain.Orchestrator.Jobs;

/// <summary>The queue at one moment, for the gauges.</summary>
/// <param name="ByState">Jobs by state; states without jobs may be missing.</param>
/// <param name="UnfinishedByCaller">Jobs that have not ended, by caller.</param>
/// <param name="OldestQueuedSince">When the job that has waited longest began to wait; null when none waits.</param>
internal sealed record QueueSnapshot(
    IReadOnlyDictionary<JobState, int> ByState, IReadOnlyDictionary<string, int> UnfinishedByCaller, DateTimeOffset? OldestQueuedSince)
{
    /// <summary>No jobs.</summary>
    public static QueueSnapshot Empty { get; } = new(new Dictionary<JobState, int>(), new Dictionary<string, int>(), null);
}
