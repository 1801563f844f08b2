using VideoGrain.Cli.Chaos.History;

namespace VideoGrain.Cli.Chaos.Checking.Rules;

/// <summary>No acknowledged edit is lost: whoever asks afterwards finds it, every list has it, and in the end it has ended, until somebody deletes it.</summary>
internal sealed class AcknowledgedIsKept : IHistoryRule
{
    /// <inheritdoc/>
    public IEnumerable<Breach> Check(CheckedHistory history) => history.Jobs.SelectMany(job => Check(job, history));

    private static IEnumerable<Breach> Check(JobHistory job, CheckedHistory history)
    {
        if (job.KnownAt is not long known)
            yield break;
        foreach (CallRecord call in job.Calls.Where(c => c is { Outcome: CallOutcome.Refused, Reason: JobHistory.NotFound } && MustBeFound(c)))
            yield return Breach("was acknowledged, was not deleted, and is not found", call.Number);
        foreach (CallRecord call in history.Calls.Where(c => c is { Kind: CallKind.List, Outcome: CallOutcome.Answered } && MustBeFound(c) && c.Listed.All(e => e.Id != job.Id)))
            yield return Breach("was acknowledged, was not deleted, and is missing in a list", call.Number);
        if (history.Expectations.Complete && job.MayBeGoneFrom is null && !job.Sightings.Any(s => s.Edit.State.IsFinal()))
            yield return Breach("was acknowledged and never ended", job.Sightings[0].Call);

        bool MustBeFound(CallRecord call) => call.Invoked > known && (job.MayBeGoneFrom is not long gone || gone > call.Returned);

        Breach Breach(string message, long call) => new(nameof(AcknowledgedIsKept), job.Id, message, call);
    }
}
