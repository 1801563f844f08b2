using VideoGrain.Cli.Chaos.History;
using VideoGrain.Protos.V1;

namespace VideoGrain.Cli.Chaos.Checking.Rules;

/// <summary>
/// An end is final, cancelling above all: an edit has one end, no later answer shows another state, an edit whose cancel was answered before it
/// had ended ends as cancelled, and none is cancelled that nobody cancelled.
/// </summary>
internal sealed class EndIsFinal : IHistoryRule
{
    /// <inheritdoc/>
    public IEnumerable<Breach> Check(CheckedHistory history) => history.Jobs.SelectMany(Check);

    private static IEnumerable<Breach> Check(JobHistory job)
    {
        if (job.Sightings.FirstOrDefault(s => s.Edit.State.IsFinal()) is not Sighting end)
            yield break;
        EditState state = end.Edit.State;
        foreach (Sighting other in job.Sightings.Where(s => s.Edit.State.IsFinal() && s.Edit.State != state))
            yield return Breach($"ended as {state} and as {other.Edit.State}", end.Call, other.Call);
        foreach (Sighting later in job.Sightings.Where(s => !s.Edit.State.IsFinal() && s.From > end.At))
            yield return Breach($"had ended as {state} and is {later.Edit.State} again", end.Call, later.Call);
        foreach (CallRecord cancel in job.Calls.Where(c => c is { Kind: CallKind.Cancel, Outcome: CallOutcome.Answered, Edit: not null } && !c.Edit.State.IsFinal()))
        {
            if (state != EditState.Cancelled)
                yield return Breach($"was cancelled while {cancel.Edit!.State} and ended as {state}", cancel.Number, end.Call);
        }

        if (state == EditState.Cancelled && !job.Calls.Any(c => c.Kind == CallKind.Cancel && c.Invoked < end.At))
            yield return Breach("is cancelled, and nobody asked for it", end.Call);

        Breach Breach(string message, params IReadOnlyList<long> calls) => new(nameof(EndIsFinal), job.Id, message, calls);
    }
}
