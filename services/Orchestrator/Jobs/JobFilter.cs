namespace VideoGrain.Orchestrator.Jobs;

/// <summary>Which of a caller's jobs to list, newest first.</summary>
internal sealed record JobFilter
{
    /// <summary>Whose jobs.</summary>
    public required string Caller { get; init; }

    /// <summary>Only jobs in these states; empty for all.</summary>
    public IReadOnlyList<JobState> States { get; init; } = [];

    /// <summary>Only jobs that carry all these labels.</summary>
    public IReadOnlyDictionary<string, string> Labels { get; init; } = new Dictionary<string, string>();

    /// <summary>Only jobs that the service gave up.</summary>
    public bool OnlyDeadLetters { get; init; }

    /// <summary>Only jobs submitted at or after this time.</summary>
    public DateTimeOffset? SubmittedFrom { get; init; }

    /// <summary>Only jobs submitted before this time.</summary>
    public DateTimeOffset? SubmittedBefore { get; init; }

    /// <summary>Only jobs after this one in the list: its time of submission and id.</summary>
    public (DateTimeOffset SubmittedAt, string Id)? After { get; init; }

    /// <summary>Most jobs to return.</summary>
    public required int Count { get; init; }
}
