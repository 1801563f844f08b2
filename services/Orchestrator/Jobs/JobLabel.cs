namespace VideoGrain.Orchestrator.Jobs;

/// <summary>A caller's label on a job.</summary>
public sealed class JobLabel
{
    /// <summary>The job it belongs to.</summary>
    public required string JobId { get; init; }

    /// <summary>Its key, unique within the job.</summary>
    public required string Key { get; init; }

    /// <summary>Its value.</summary>
    public required string Value { get; init; }
}
