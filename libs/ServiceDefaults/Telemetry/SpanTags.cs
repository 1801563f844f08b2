namespace VideoGrain.ServiceDefaults.Telemetry;

/// <summary>Attributes of spans.</summary>
public static class SpanTags
{
    /// <summary>The job's id.</summary>
    public const string JobId = "videograin.job.id";

    /// <summary>How often the job has been claimed, this time included.</summary>
    public const string Attempt = "videograin.job.attempt";

    /// <summary>The stage, as in the metrics' label.</summary>
    public const string Stage = "videograin.stage";

    /// <summary>The step, from 1.</summary>
    public const string Step = "videograin.step";

    /// <summary>The step's timestep.</summary>
    public const string Timestep = "videograin.timestep";

    /// <summary>Why something failed: a stable reason.</summary>
    public const string Reason = "videograin.reason";
}
