using VideoGrain.Cli.Chaos.History;

namespace VideoGrain.Cli.Chaos.Checking.Rules;

/// <summary>A deleted edit never comes back: once anybody was told that it is gone, nobody finds it.</summary>
internal sealed class DeletedStaysAway : IHistoryRule
{
    /// <inheritdoc/>
    public IEnumerable<Breach> Check(CheckedHistory history) => history.Jobs.SelectMany(Check);

    private static IEnumerable<Breach> Check(JobHistory job)
    {
        if (job.GoneAt is not long gone)
            yield break;
        HashSet<long> told = [];
        foreach (Sighting sighting in job.Sightings.Where(s => s.From > gone && told.Add(s.Call)))
            yield return new Breach(nameof(DeletedStaysAway), job.Id, "was gone and is shown again", sighting.Call);
        foreach (CallRecord call in job.Calls.Where(c => c.Invoked > gone && c.Outcome == CallOutcome.Answered && told.Add(c.Number)))
            yield return new Breach(nameof(DeletedStaysAway), job.Id, $"was gone and answers a {call.Kind}", call.Number);
        foreach (CallRecord call in job.Calls.Where(c => c.Invoked > gone && c.Events.Count > 0 && told.Add(c.Number)))
            yield return new Breach(nameof(DeletedStaysAway), job.Id, "was gone and has events again", call.Number);
    }
}
