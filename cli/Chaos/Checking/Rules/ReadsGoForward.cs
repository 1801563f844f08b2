namespace VideoGrain.Cli.Chaos.Checking.Rules;

/// <summary>An edit's history only grows: what a call shows is never older than what any call had shown before it began.</summary>
internal sealed class ReadsGoForward : IHistoryRule
{
    /// <inheritdoc/>
    public IEnumerable<Breach> Check(CheckedHistory history) => history.Jobs.SelectMany(Check);

    private static IEnumerable<Breach> Check(JobHistory job)
    {
        IEnumerable<(long At, ulong Sequence, long Call)> known = job.Sightings.Select(s => (s.At, s.Edit.LastSequence, s.Call))
            .Concat(job.Events.Select(e => (e.Event.At, e.Event.Sequence, e.Watch.Number)));
        List<(long At, ulong Sequence, long Call)> ordered = [.. known.OrderBy(k => k.At)];
        foreach (Sighting sighting in job.Sightings)
        {
            (long At, ulong Sequence, long Call) newest = ordered.TakeWhile(k => k.At < sighting.From).DefaultIfEmpty().MaxBy(k => k.Sequence);
            if (newest.Sequence > sighting.Edit.LastSequence)
            {
                yield return new Breach(
                    nameof(ReadsGoForward), job.Id, $"is shown at event {sighting.Edit.LastSequence} after event {newest.Sequence} was known", newest.Call, sighting.Call);
            }
        }
    }
}
