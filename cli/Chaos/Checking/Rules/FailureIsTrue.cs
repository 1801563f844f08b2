using VideoGrain.Protos.V1;

namespace VideoGrain.Cli.Chaos.Checking.Rules;

/// <summary>An edit fails only for a reason that there was, and keeps to it.</summary>
internal sealed class FailureIsTrue : IHistoryRule
{
    /// <inheritdoc/>
    public IEnumerable<Breach> Check(CheckedHistory history) => history.Jobs.SelectMany(job => Check(job, history.Expectations));

    private static IEnumerable<Breach> Check(JobHistory job, Expectations expectations)
    {
        List<Sighting> failures = [.. job.Sightings.Where(s => s.Edit.State == EditState.Failed)];
        foreach (IGrouping<string, Sighting> failure in failures.GroupBy(s => s.Edit.FailureReason, StringComparer.Ordinal))
        {
            if (failure.Key != failures[0].Edit.FailureReason)
                yield return new Breach(nameof(FailureIsTrue), job.Id, $"failed as {failures[0].Edit.FailureReason} and as {failure.Key}", failures[0].Call, failure.First().Call);
            if (!expectations.MayFailAs.Contains(failure.Key) && job.Submit?.MayFailAs.Contains(failure.Key) != true)
                yield return new Breach(nameof(FailureIsTrue), job.Id, $"failed as {(failure.Key.Length > 0 ? failure.Key : "(no reason)")}, for which there was no cause", failure.First().Call);
        }
    }
}
