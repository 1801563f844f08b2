namespace VideoGrain.Orchestrator.Jobs;

/// <summary>One entry of a job's history. Sequences of a job are 1, 2, 3, ... without a hole; entries never change.</summary>
public sealed class JobEvent
{
    /// <summary>The job it belongs to.</summary>
    public required string JobId { get; init; }

    /// <summary>Its place in the job's history, from 1.</summary>
    public required long Sequence { get; init; }

    /// <summary>When it was recorded.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>What it says.</summary>
    public required JobEventKind Kind { get; init; }

    /// <summary>The job's state after the event.</summary>
    public required JobState State { get; init; }

    /// <summary>The encoded protocol buffer that <see cref="Kind"/> names; empty where it names none.</summary>
    public byte[] Payload { get; init; } = [];
}
