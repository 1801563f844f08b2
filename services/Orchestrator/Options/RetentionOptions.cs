namespace VideoGrain.Orchestrator.Options;

/// <summary>How long things are kept. Section <c>Retention</c>.</summary>
public sealed class RetentionOptions
{
    /// <summary>Name of the configuration section.</summary>
    public const string Section = "Retention";

    /// <summary>How long an ended job is kept with all it owns; null for ever.</summary>
    public TimeSpan? KeepEndedJobs { get; set; } = TimeSpan.FromDays(7);

    /// <summary>Most bytes of cached results, 0 or more; 0 switches the cache off.</summary>
    public long MaxCacheBytes { get; set; } = 10L << 30;

    /// <summary>
    /// How old an artifact nobody refers to must be to be collected; null for at once where one process has the store to itself, and for an hour where
    /// replicas share it. More than the longest submit there.
    /// </summary>
    public TimeSpan? OrphanAge { get; set; }

    /// <summary>How often the whole store is searched for what crashes left behind.</summary>
    public TimeSpan OrphanInterval { get; set; } = TimeSpan.FromMinutes(30);

    /// <summary>How often expired jobs and overdue queue deadlines are looked for.</summary>
    public TimeSpan SweepInterval { get; set; } = TimeSpan.FromSeconds(15);
}
