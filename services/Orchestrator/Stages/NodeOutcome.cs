namespace VideoGrain.Orchestrator.Stages;

/// <summary>What a call tells about the address that it went to.</summary>
internal enum NodeOutcome
{
    /// <summary>Nothing: the caller ended it.</summary>
    Unknown,

    /// <summary>The address answered, well or with an error of the request's.</summary>
    Answered,

    /// <summary>It has no free slot.</summary>
    Busy,

    /// <summary>It is shutting down.</summary>
    Draining,

    /// <summary>It could not be reached, lost the call, or fell silent.</summary>
    Failed,
}
