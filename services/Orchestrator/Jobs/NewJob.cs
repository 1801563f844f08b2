using VideoGrain.Orchestrator.Artifacts;

namespace VideoGrain.Orchestrator.Jobs;

/// <summary>A checked submission whose bytes are already in the artifact store.</summary>
public sealed record NewJob
{
    /// <summary>The job's id, unique for all time.</summary>
    public required string Id { get; init; }

    /// <summary>Whose job it is.</summary>
    public required string Caller { get; init; }

    /// <summary>The caller's key for this submission; empty when the caller gave none.</summary>
    public required string RequestId { get; init; }

    /// <summary>A digest of everything submitted; tells a repeated submission from another one under the same request id.</summary>
    public required string Fingerprint { get; init; }

    /// <summary>The <c>EditSpecification</c> as the caller sent it, encoded.</summary>
    public required byte[] Specification { get; init; }

    /// <summary>The caller's labels.</summary>
    public required IReadOnlyDictionary<string, string> Labels { get; init; }

    /// <summary>Which of the caller's own jobs goes first.</summary>
    public JobPriority Priority { get; init; } = JobPriority.Normal;

    /// <summary>Longest wait in the queue; null for no limit.</summary>
    public TimeSpan? QueueTimeout { get; init; }

    /// <summary>The clip as the stages will see it.</summary>
    public required ClipShape Clip { get; init; }

    /// <summary>The decoded frames.</summary>
    public required ArtifactDigest Source { get; init; }

    /// <summary>What the job works on: the decoded frames, the given masks.</summary>
    public required IReadOnlyList<NewArtifact> Artifacts { get; init; }

    /// <summary>The span of the submission as a W3C traceparent, which everything done for the job belongs under; null for none.</summary>
    public string? TraceParent { get; init; }

    /// <summary>What the caller should know.</summary>
    public required IReadOnlyList<string> Warnings { get; init; }
}
