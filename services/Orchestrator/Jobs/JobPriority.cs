namespace VideoGrain.Orchestrator.Jobs;

/// <summary>Which of a caller's own jobs goes first. The numbers are stored in the database and never change; the greater is the more urgent.</summary>
public enum JobPriority
{
    /// <summary>After the caller's other jobs.</summary>
    Low = 1,

    /// <summary>In the order of submission.</summary>
    Normal = 2,

    /// <summary>Before the caller's other jobs.</summary>
    High = 3,
}
