using VideoGrain.Cli.Chaos.History;
using VideoGrain.Protos.V1;

namespace VideoGrain.Cli.Chaos.Checking.Rules;

/// <summary>
/// Nothing is done twice with another output: an edit has one result, announced, shown and downloaded alike, and edits of equal content have
/// equal results.
/// </summary>
internal sealed class ResultIsOne : IHistoryRule
{
    /// <inheritdoc/>
    public IEnumerable<Breach> Check(CheckedHistory history) => history.Jobs.SelectMany(Check).Concat(CheckEqualContent(history.Jobs));

    private static IEnumerable<Breach> Check(JobHistory job)
    {
        if (Success(job) is not Sighting first)
            yield break;
        if (first.Edit.Results.Count == 0)
            yield return Breach("succeeded without a result", first.Call);
        foreach (Sighting other in job.Sightings.Where(s => s.Edit.State == EditState.Succeeded && !Equal(s.Edit, first.Edit)))
            yield return Breach("shows two results", first.Call, other.Call);
        foreach (IGrouping<string, DeliveredEvent> announced in job.Events.Where(e => e.Event.Kind == SeenEventKind.Artifact).GroupBy(e => Name(e.Event), StringComparer.Ordinal))
        {
            if (announced.Select(e => e.Event.Detail).Distinct(StringComparer.Ordinal).Count() > 1)
                yield return Breach($"announces '{announced.Key}' with two contents", [.. announced.Select(e => e.Watch.Number).Distinct()]);
        }

        foreach (CallRecord download in job.Calls.Where(c => c is { Kind: CallKind.Download, Outcome: CallOutcome.Answered }))
        {
            if (first.Edit.Results.TryGetValue(download.Artifact, out string? expected) && expected != download.Sha256)
                yield return Breach($"'{download.Artifact}' arrives with other bytes than it is shown with", first.Call, download.Number);
        }

        Breach Breach(string message, params IReadOnlyList<long> calls) => new(nameof(ResultIsOne), job.Id, message, calls);
    }

    private static IEnumerable<Breach> CheckEqualContent(IEnumerable<JobHistory> jobs)
    {
        foreach (IGrouping<string, JobHistory> equal in jobs.Where(j => j.Submit is not null && Success(j) is not null).GroupBy(j => j.Submit!.Content, StringComparer.Ordinal))
        {
            Sighting first = Success(equal.First())!;
            foreach (JobHistory job in equal.Skip(1))
            {
                if (Success(job) is Sighting other && !Equal(other.Edit, first.Edit))
                    yield return new Breach(nameof(ResultIsOne), job.Id, $"has another result than {first.Edit.Id}, which asked for the same", first.Call, other.Call);
            }
        }
    }

    private static Sighting? Success(JobHistory job) => job.Sightings.FirstOrDefault(s => s.Edit.State == EditState.Succeeded);

    private static string Name(SeenEvent entry) => entry.Detail.Split(' ')[0];

    private static bool Equal(SeenEdit a, SeenEdit b) => a.Results.Count == b.Results.Count && a.Results.All(r => b.Results.GetValueOrDefault(r.Key) == r.Value);
}
