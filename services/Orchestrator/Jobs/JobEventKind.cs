namespace VideoGrain.Orchestrator.Jobs;

/// <summary>What an event of a job says. The numbers are stored in the database and never change.</summary>
public enum JobEventKind
{
    /// <summary>The job moved to another state; no payload.</summary>
    StateChanged = 1,

    /// <summary>A stage finished a step; the payload is a <c>StageProgress</c>.</summary>
    Progress = 2,

    /// <summary>An artifact can be downloaded; the payload is an <c>Artifact</c>.</summary>
    ArtifactReady = 3,

    /// <summary>A stage call failed and is made again; the payload is a <c>StageRetry</c>.</summary>
    StageRetried = 4,
}
