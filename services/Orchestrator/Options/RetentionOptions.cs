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

    /// <summary>How old an artifact nobody refers to must be to be collected; more than the longest submit where processes share a store.</summary>
    public TimeSpan OrphanAge { get; set; } = TimeSpan.Zero;

    /// <summary>How often expired jobs and overdue queue deadlines are looked for.</summary>
    public TimeSpan SweepInterval { get; set; } = TimeSpan.FromSeconds(15);
}
