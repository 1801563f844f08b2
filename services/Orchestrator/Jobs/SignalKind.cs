namespace VideoGrain.Orchestrator.Jobs;

/// <summary>What replicas tell each other. The letters are what stands on the wire.</summary>
internal enum SignalKind
{
    /// <summary>There is something new in a job's history.</summary>
    Changed = 'e',

    /// <summary>A job was cancelled; its worker stops.</summary>
    Cancelled = 'c',

    /// <summary>A job entered the queue.</summary>
    Work = 'w',
}
