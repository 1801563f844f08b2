using VideoGrain.Cli.Chaos.History;

namespace VideoGrain.Cli.Chaos.Checking.Rules;

/// <summary>A watch that ends well has delivered the terminal event, once and last, unless it asked only for what comes after it; the event shows the edit as it ended.</summary>
internal sealed class EndIsDelivered : IHistoryRule
{
    /// <inheritdoc/>
    public IEnumerable<Breach> Check(CheckedHistory history) => history.Jobs.SelectMany(Check);

    private static IEnumerable<Breach> Check(JobHistory job)
    {
        ulong newest = job.Events.Select(e => e.Event.Sequence).Concat(job.Sightings.Select(s => s.Edit.LastSequence)).DefaultIfEmpty().Max();
        foreach (CallRecord watch in job.Calls.Where(c => c.Kind == CallKind.Watch))
        {
            if (watch.Outcome == CallOutcome.Answered && watch.Events is not [.., { Kind: SeenEventKind.Finished }] && (watch.Events.Count > 0 || watch.AfterSequence < newest))
                yield return Breach("a watch ended well without the terminal event", watch.Number);
            if (watch.Events.SkipLast(1).Any(e => e.Kind == SeenEventKind.Finished))
                yield return Breach("a watch went on after the terminal event", watch.Number);
        }

        foreach (DeliveredEvent entry in job.Events.Where(e => e.Event.Kind == SeenEventKind.Finished))
        {
            if (entry.Event.Edit is not SeenEdit edit || !edit.State.IsFinal() || edit.LastSequence != entry.Event.Sequence)
                yield return Breach("the terminal event does not show the edit as it ended", entry.Watch.Number);
        }

        Breach Breach(string message, params IReadOnlyList<long> calls) => new(nameof(EndIsDelivered), job.Id, message, calls);
    }
}
