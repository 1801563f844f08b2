using VideoGrain.Cli.Chaos.History;

namespace VideoGrain.Cli.Chaos.Checking;

/// <summary>A history, sorted by edit.</summary>
internal sealed class CheckedHistory
{
    /// <summary>Sorts a history.</summary>
    public CheckedHistory(IEnumerable<CallRecord> calls, Expectations expectations)
    {
        Calls = [.. calls.OrderBy(c => c.Invoked).ThenBy(c => c.Number)];
        Expectations = expectations;
        Jobs =
        [
            .. Calls.SelectMany(c => c.Listed.Select(e => e.Id).Append(c.EditId)).Where(id => id.Length > 0).Distinct(StringComparer.Ordinal)
                .Select(id => new JobHistory(id, Calls)),
        ];
    }

    /// <summary>All calls, in the order in which they began.</summary>
    public IReadOnlyList<CallRecord> Calls { get; }

    /// <summary>All edits that any call was about or any list showed.</summary>
    public IReadOnlyList<JobHistory> Jobs { get; }

    /// <summary>What the history is held to.</summary>
    public Expectations Expectations { get; }
}
