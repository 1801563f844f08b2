namespace VideoGrain.ServiceDefaults.Resilience;

/// <summary>How a client treats a stage that fails or is busy.</summary>
public sealed class StageClientOptions
{
    /// <summary>Longest time for one attempt, above zero. Default: 1 h.</summary>
    public TimeSpan AttemptTimeout { get; set; } = TimeSpan.FromHours(1);

    /// <summary>Most retries after the first attempt, 0 or more. Default: 5.</summary>
    public int MaxRetries { get; set; } = 5;

    /// <summary>Delay before the first retry; later ones wait exponentially longer, with jitter. Default: 500 ms.</summary>
    public TimeSpan BaseDelay { get; set; } = TimeSpan.FromMilliseconds(500);

    /// <summary>Longest delay between retries. Default: 30 s.</summary>
    public TimeSpan MaxDelay { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Failures in a row of a stage's transport after which it is left alone. Default: 5.</summary>
    public int FailuresBeforeBreak { get; set; } = 5;

    /// <summary>How long a failing stage is left alone. Default: 10 s.</summary>
    public TimeSpan BreakDuration { get; set; } = TimeSpan.FromSeconds(10);
}
