namespace VideoGrain.Orchestrator.Jobs;

/// <summary>Someone asked for a step that the state machine does not have.</summary>
/// <param name="from">The job's state.</param>
/// <param name="to">The state that was asked for.</param>
public sealed class IllegalTransitionException(JobState from, JobState to)
    : InvalidOperationException($"A job cannot go from {from} to {to}.")
{
    /// <summary>The job's state.</summary>
    public JobState From { get; } = from;

    /// <summary>The state that was asked for.</summary>
    public JobState To { get; } = to;
}
