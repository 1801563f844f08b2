using System.Collections.Frozen;

namespace VideoGrain.Orchestrator.Jobs;

/// <summary>
/// The one place that says which state may follow which. A running job moves forward one stage at a time, may fail or be cancelled
/// anywhere, and goes back to the queue when its worker dies or shuts down. A final state is never left.
/// </summary>
public static class JobStateMachine
{
    private static readonly FrozenDictionary<JobState, FrozenSet<JobState>> Successors = new Dictionary<JobState, JobState[]>
    {
        [JobState.Queued] = [JobState.Preparing, JobState.Failed, JobState.Cancelled],
        [JobState.Preparing] = [JobState.Inverting, JobState.Queued, JobState.Failed, JobState.Cancelled],
        [JobState.Inverting] = [JobState.Denoising, JobState.Queued, JobState.Failed, JobState.Cancelled],
        [JobState.Denoising] = [JobState.Encoding, JobState.Queued, JobState.Failed, JobState.Cancelled],
        [JobState.Encoding] = [JobState.Succeeded, JobState.Queued, JobState.Failed, JobState.Cancelled],
        [JobState.Succeeded] = [],
        [JobState.Failed] = [],
        [JobState.Cancelled] = [],
    }.ToFrozenDictionary(entry => entry.Key, entry => entry.Value.ToFrozenSet());

    /// <summary>The states of a job that a worker holds, in their order.</summary>
    public static IReadOnlyList<JobState> Running { get; } = [JobState.Preparing, JobState.Inverting, JobState.Denoising, JobState.Encoding];

    /// <summary>The states no job leaves.</summary>
    public static IReadOnlyList<JobState> Final { get; } = [JobState.Succeeded, JobState.Failed, JobState.Cancelled];

    /// <summary>Whether <paramref name="to"/> may directly follow <paramref name="from"/>.</summary>
    public static bool Allows(JobState from, JobState to) => Successors[from].Contains(to);

    /// <summary>Whether a worker holds a job in this state.</summary>
    public static bool IsRunning(JobState state) => Running.Contains(state);

    /// <summary>Whether no state can follow this one.</summary>
    public static bool IsFinal(JobState state) => Successors[state].Count == 0;
}
