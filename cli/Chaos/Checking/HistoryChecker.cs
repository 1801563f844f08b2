using VideoGrain.Cli.Chaos.Checking.Rules;
using VideoGrain.Cli.Chaos.History;

namespace VideoGrain.Cli.Chaos.Checking;

/// <summary>Holds a recorded history to the model of a job. A pure function: equal histories have equal breaches.</summary>
internal static class HistoryChecker
{
    /// <summary>Every rule.</summary>
    public static IReadOnlyList<IHistoryRule> Rules { get; } =
    [
        new AcknowledgedIsKept(), new DeletedStaysAway(), new EndIsFinal(), new ResultIsOne(), new EventsAreWhole(), new EndIsDelivered(),
        new SubmitIsIdempotent(), new ReadsGoForward(), new FailureIsTrue(), new AnswersAreDeliberate(),
    ];

    /// <summary>Finds every broken promise.</summary>
    /// <param name="calls">The calls, in any order.</param>
    /// <param name="expectations">What they are held to besides.</param>
    public static IReadOnlyList<Breach> Check(IEnumerable<CallRecord> calls, Expectations expectations)
    {
        CheckedHistory history = new(calls, expectations);
        return [.. Rules.SelectMany(rule => rule.Check(history))];
    }
}
