using VideoGrain.Cli.Chaos.History;

namespace VideoGrain.Cli.Chaos.Checking.Rules;

/// <summary>
/// All submits of a caller under one <c>request_id</c> get one edit, as long as nobody deletes it; exactly the first of them makes it; and there is no
/// edit that nobody submitted.
/// </summary>
internal sealed class SubmitIsIdempotent : IHistoryRule
{
    /// <inheritdoc/>
    public IEnumerable<Breach> Check(CheckedHistory history)
    {
        IEnumerable<IGrouping<(string Client, string RequestKey), CallRecord>> requests =
            history.Calls.Where(c => c.Kind == CallKind.Submit && c.RequestKey.Length > 0).GroupBy(c => (c.Client, c.RequestKey));
        return requests.SelectMany(r => Check(r.Key.RequestKey, [.. r], history)).Concat(GhostsIn(history));
    }

    private static IEnumerable<Breach> Check(string key, IReadOnlyList<CallRecord> submits, CheckedHistory history)
    {
        List<CallRecord> answered = [.. submits.Where(c => c.Outcome == CallOutcome.Answered).OrderBy(c => c.Returned)];
        for (int i = 1; i < answered.Count; i++)
        {
            CallRecord first = answered[i - 1], second = answered[i];
            if (first.EditId != second.EditId && !MayBeGone(first.EditId, second.Returned, history) && !MayBeGone(second.EditId, second.Returned, history))
                yield return Breach(key, $"made {first.EditId} and {second.EditId}", first.Number, second.Number);
        }

        foreach (IGrouping<string, CallRecord> edit in answered.GroupBy(c => c.EditId, StringComparer.Ordinal))
        {
            List<long> makers = [.. edit.Where(c => !c.AlreadyExisted).Select(c => c.Number)];
            if (makers.Count > 1)
                yield return Breach(key, $"made {edit.Key} more than once", makers);
            if (makers.Count == 0 && !submits.Any(c => c.Outcome == CallOutcome.Unknown && c.Invoked < edit.Min(e => e.Returned)))
                yield return Breach(key, $"found {edit.Key}, which nobody had made", [.. edit.Select(c => c.Number)]);
            if (edit.Select(c => c.Content).Distinct(StringComparer.Ordinal).Count() > 1)
                yield return Breach(key, $"got {edit.Key} for two contents", [.. edit.Select(c => c.Number)]);
        }
    }

    private static IEnumerable<Breach> GhostsIn(CheckedHistory history)
    {
        foreach (CallRecord list in history.Calls.Where(c => c.Kind == CallKind.List))
        {
            foreach (SeenEdit ghost in list.Listed.Where(e => !history.Calls.Any(c => c.Kind == CallKind.Submit && c.RequestKey == e.RequestKey && c.Invoked < list.Returned)))
                yield return Breach(ghost.RequestKey, $"lists {ghost.Id}, which nobody submitted", list.Number);
            foreach (IGrouping<string, SeenEdit> twins in list.Listed.Where(e => e.RequestKey.Length > 0).GroupBy(e => e.RequestKey, StringComparer.Ordinal))
            {
                if (twins.Count() > 1)
                    yield return Breach(twins.Key, $"lists {string.Join(" and ", twins.Select(e => e.Id))} of one request", list.Number);
            }
        }
    }

    private static bool MayBeGone(string id, long by, CheckedHistory history) =>
        history.Jobs.First(j => j.Id == id).MayBeGoneFrom is long gone && gone < by;

    private static Breach Breach(string subject, string message, params IReadOnlyList<long> calls) => new(nameof(SubmitIsIdempotent), subject, message, calls);
}
