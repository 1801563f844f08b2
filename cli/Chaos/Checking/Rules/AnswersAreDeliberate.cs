namespace VideoGrain.Cli.Chaos.Checking.Rules;

/// <summary>No call ends as INTERNAL, UNKNOWN or DATA_LOSS: whatever dies behind it, the caller is told what it can do.</summary>
internal sealed class AnswersAreDeliberate : IHistoryRule
{
    private static readonly string[] Never = ["INTERNAL", "UNKNOWN", "DATA_LOSS"];

    /// <inheritdoc/>
    public IEnumerable<Breach> Check(CheckedHistory history) => history.Calls
        .Where(c => Never.Contains(c.Code))
        .Select(c => new Breach(
            nameof(AnswersAreDeliberate), c.EditId.Length > 0 ? c.EditId : c.RequestKey, $"a {c.Kind} ended as {c.Code} ({(c.Reason.Length > 0 ? c.Reason : "no reason")})", c.Number));
}
