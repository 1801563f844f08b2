namespace VideoGrain.Orchestrator.Jobs;

/// <summary>What a job has spent in one stage, over all its workers.</summary>
public sealed class JobStageRun
{
    /// <summary>The job it belongs to.</summary>
    public required string JobId { get; init; }

    /// <summary>The stage, by the state a job has while in it.</summary>
    public required JobState Stage { get; init; }

    /// <summary>Time spent, retries included.</summary>
    public TimeSpan Duration { get; internal set; }

    /// <summary>Calls of the stage that failed and were made again.</summary>
    public int Retries { get; internal set; }

    /// <summary>Whether the result came from the cache.</summary>
    public bool Cached { get; internal set; }
}
