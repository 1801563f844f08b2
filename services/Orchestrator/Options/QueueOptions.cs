namespace VideoGrain.Orchestrator.Options;

/// <summary>Who may queue how much, and how the queue is served. Section <c>Queue</c>.</summary>
public sealed class QueueOptions
{
    /// <summary>Name of the configuration section.</summary>
    public const string Section = "Queue";

    /// <summary>Most jobs waiting, all callers together, 1 or more; the next is refused with QUEUE_FULL.</summary>
    public int MaxQueued { get; set; } = 1000;

    /// <summary>Most jobs of one caller that have not ended, 1 or more; the next is refused with CALLER_LIMIT_EXCEEDED.</summary>
    public int MaxPerCaller { get; set; } = 100;

    /// <summary>Most unfinished jobs of single callers, by their names, 1 or more; callers not named have <see cref="MaxPerCaller"/>.</summary>
    public Dictionary<string, int> Quotas { get; } = [];

    /// <summary>When a refused caller should try again.</summary>
    public TimeSpan RetryAfter { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>A caller's share of the workers relative to others, above 0; callers not named have 1.</summary>
    public Dictionary<string, double> Weights { get; } = [];

    /// <summary>Most unfinished jobs that a caller may have.</summary>
    internal int QuotaOf(string caller) => Quotas.GetValueOrDefault(caller, MaxPerCaller);
}
