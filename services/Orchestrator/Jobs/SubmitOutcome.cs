namespace VideoGrain.Orchestrator.Jobs;

/// <summary>What became of a submission.</summary>
internal enum SubmitOutcome
{
    /// <summary>A new job is in the queue.</summary>
    Accepted,

    /// <summary>The same submission came before; its job stands.</summary>
    AlreadyExisted,

    /// <summary>Another submission came before under the same request id.</summary>
    RequestIdReused,

    /// <summary>The queue is full.</summary>
    QueueFull,

    /// <summary>The caller has too many unfinished jobs.</summary>
    CallerLimitExceeded,
}
