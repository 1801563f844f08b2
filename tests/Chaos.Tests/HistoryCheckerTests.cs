using VideoGrain.Cli.Chaos.Checking;
using VideoGrain.Cli.Chaos.Checking.Rules;
using VideoGrain.Cli.Chaos.History;
using VideoGrain.Protos.V1;

namespace VideoGrain.Chaos.Tests;

/// <summary>Every promise of the model, kept and broken by hand.</summary>
public sealed class HistoryCheckerTests
{
    /// <summary>Histories in which nothing is wrong, however wrong they look.</summary>
    public static TheoryData<string> Good() => new(GoodHistories.Keys);

    /// <summary>Histories that break a promise.</summary>
    public static TheoryData<string> Bad() => new(BadHistories.Keys);

    private static Dictionary<string, Script> GoodHistories { get; } = new()
    {
        ["nothing happened"] = new(),
        ["an edit lives, is fetched and deleted"] = new Script().Submit("e1", "k").Watch("e1", 0, true, Script.GoodLife()).Get("e1", EditState.Succeeded, 8)
            .Download("e1", "d1").Delete("e1").Refused(CallKind.Get, "e1").List(),
        ["a watch is resumed after the last event"] = new Script().Submit("e1", "k").Watch("e1", 0, false, [.. Script.GoodLife().Take(3)])
            .Watch("e1", 3, true, [.. Script.GoodLife().Skip(3)]).Watch("e1", 8, true),
        ["a worker is lost, and the edit goes through the queue"] = new Script().Submit("e1", "k").Watch(
            "e1", 0, false, Script.State(1, EditState.Queued), Script.State(2, EditState.Preparing), Script.State(3, EditState.Inverting), Script.State(4, EditState.Queued),
            Script.State(5, EditState.Preparing)),
        ["a submit without an answer had happened"] = new Script().SubmitUnanswered("k").Submit("e1", "k", existed: true),
        ["a submit without an answer had not happened"] = new Script().SubmitUnanswered("k").Submit("e1", "k"),
        ["the same request after a delete makes another edit"] = new Script().Submit("e1", "k").Cancel("e1", EditState.Cancelled, 2).Delete("e1").Submit("e2", "k"),
        ["a list overlaps a submit and lacks its edit"] = new Script().Begin(out long listing).Submit("e1", "k").Since(listing).List(),
        ["a delete without an answer may have happened"] = new Script().Submit("e1", "k").Cancel("e1", EditState.Cancelled, 2).Unanswered(CallKind.Delete, "e1").Refused(CallKind.Get, "e1"),
        ["a delete without an answer may not have happened"] = new Script().Submit("e1", "k").Cancel("e1", EditState.Cancelled, 2).Unanswered(CallKind.Delete, "e1")
            .Get("e1", EditState.Cancelled, 2).Delete("e1").Refused(CallKind.Delete, "e1"),
        ["a get overlaps a delete and still shows the edit"] = new Script().Submit("e1", "k").Cancel("e1", EditState.Cancelled, 2).Begin(out long getting).Delete("e1")
            .Since(getting).Get("e1", EditState.Cancelled, 2),
        ["a cancel comes too late"] = new Script().Submit("e1", "k").Watch("e1", 0, true, Script.GoodLife()).Cancel("e1", EditState.Succeeded, 8),
        ["a cancel takes one more step"] = new Script().Submit("e1", "k").Cancel("e1", EditState.Denoising, 5).Get("e1", EditState.Cancelled, 6),
        ["a cancel without an answer takes effect later"] = new Script().Submit("e1", "k").Unanswered(CallKind.Cancel, "e1").Get("e1", EditState.Preparing, 2).Get("e1", EditState.Cancelled, 3),
        ["equal contents have equal results"] = new Script().Submit("e1", "k1").Submit("e2", "k2").Get("e1", EditState.Succeeded, 8).Get("e2", EditState.Succeeded, 9),
        ["other contents have other results"] = new Script().Submit("e1", "k1", content: "a").Submit("e2", "k2", content: "b").Get("e1", EditState.Succeeded, 8).Get("e2", EditState.Succeeded, 9, "d2"),
        ["an edit fails as it may"] = new Script().Submit("e1", "k", mayFailAs: "DEADLINE_IN_QUEUE").Get("e1", EditState.Failed, 2, reason: "DEADLINE_IN_QUEUE"),
        ["a delete that is refused deletes nothing"] = new Script().Submit("e1", "k").Refused(CallKind.Delete, "e1", "FAILED_PRECONDITION", "EDIT_NOT_ENDED").Get("e1", EditState.Queued, 1),
    };

    private static Dictionary<string, (string Rule, Script Script)> BadHistories { get; } = new()
    {
        ["an acknowledged edit is not found"] = (nameof(AcknowledgedIsKept), new Script().Submit("e1", "k").Refused(CallKind.Cancel, "e1")),
        ["an acknowledged edit is missing in a list"] = (nameof(AcknowledgedIsKept), new Script().Submit("e1", "k").List()),
        ["an edit vanishes before its delete was asked for"] = (
            nameof(AcknowledgedIsKept), new Script().Submit("e1", "k").Cancel("e1", EditState.Cancelled, 2).Refused(CallKind.Get, "e1").Delete("e2")),
        ["a deleted edit is shown"] = (
            nameof(DeletedStaysAway), new Script().Submit("e1", "k").Cancel("e1", EditState.Cancelled, 2).Delete("e1").Get("e1", EditState.Cancelled, 2)),
        ["a deleted edit is listed"] = (
            nameof(DeletedStaysAway), new Script().Submit("e1", "k").Cancel("e1", EditState.Cancelled, 2).Delete("e1").List(("e1", "k", EditState.Cancelled, 2UL))),
        ["a deleted edit has events"] = (
            nameof(DeletedStaysAway), new Script().Submit("e1", "k").Cancel("e1", EditState.Cancelled, 2).Delete("e1").Watch("e1", 0, false, Script.State(1, EditState.Queued))),
        ["a deleted edit has bytes"] = (
            nameof(DeletedStaysAway), new Script().Submit("e1", "k").Get("e1", EditState.Succeeded, 8).Delete("e1").Download("e1", "d1")),
        ["an edit that was not found is shown again"] = (
            nameof(DeletedStaysAway),
            new Script().Submit("e1", "k").Cancel("e1", EditState.Cancelled, 2).Unanswered(CallKind.Delete, "e1").Refused(CallKind.Get, "e1").Get("e1", EditState.Cancelled, 2)),
        ["an edit is deleted twice"] = (nameof(DeletedStaysAway), new Script().Submit("e1", "k").Cancel("e1", EditState.Cancelled, 2).Delete("e1").Delete("e1")),
        ["a cancelled edit succeeds"] = (nameof(EndIsFinal), new Script().Submit("e1", "k").Cancel("e1", EditState.Cancelled, 2).Get("e1", EditState.Succeeded, 8)),
        ["a cancelled edit runs"] = (nameof(EndIsFinal), new Script().Submit("e1", "k").Cancel("e1", EditState.Cancelled, 2).Get("e1", EditState.Preparing, 3)),
        ["an edit is cancelled while it runs and succeeds"] = (
            nameof(EndIsFinal), new Script().Submit("e1", "k").Cancel("e1", EditState.Denoising, 5).Get("e1", EditState.Succeeded, 8)),
        ["an edit is cancelled by nobody"] = (nameof(EndIsFinal), new Script().Submit("e1", "k").Get("e1", EditState.Cancelled, 2)),
        ["an ended edit runs again"] = (nameof(EndIsFinal), new Script().Submit("e1", "k").Get("e1", EditState.Succeeded, 8).Get("e1", EditState.Queued, 9)),
        ["an edit has two results"] = (nameof(ResultIsOne), new Script().Submit("e1", "k").Get("e1", EditState.Succeeded, 8).Get("e1", EditState.Succeeded, 8, "d2")),
        ["an edit succeeds without a result"] = (nameof(ResultIsOne), new Script().Submit("e1", "k").Get("e1", EditState.Succeeded, 8, "")),
        ["equal contents have other results"] = (
            nameof(ResultIsOne), new Script().Submit("e1", "k1").Submit("e2", "k2").Get("e1", EditState.Succeeded, 8).Get("e2", EditState.Succeeded, 9, "d2")),
        ["a result arrives with other bytes"] = (nameof(ResultIsOne), new Script().Submit("e1", "k").Get("e1", EditState.Succeeded, 8).Download("e1", "d2")),
        ["a result is announced twice with other bytes"] = (
            nameof(ResultIsOne),
            new Script().Submit("e1", "k").Watch("e1", 0, true, [.. Script.GoodLife().SkipLast(1), Script.Announced(8, "d0"), Script.Finished(9, EditState.Succeeded)])),
        ["a watch has a hole"] = (nameof(EventsAreWhole), new Script().Submit("e1", "k").Watch("e1", 0, true, [.. Script.GoodLife().Where(e => e.Sequence != 5)])),
        ["a watch repeats an event"] = (
            nameof(EventsAreWhole), new Script().Submit("e1", "k").Watch("e1", 0, false, Script.State(1, EditState.Queued), Script.State(1, EditState.Queued))),
        ["a resumed watch repeats an event"] = (
            nameof(EventsAreWhole), new Script().Submit("e1", "k").Watch("e1", 0, false, Script.State(1, EditState.Queued)).Watch("e1", 1, false, Script.State(1, EditState.Queued))),
        ["a resumed watch loses an event"] = (
            nameof(EventsAreWhole), new Script().Submit("e1", "k").Watch("e1", 0, false, Script.State(1, EditState.Queued)).Watch("e1", 1, false, Script.Progress(3))),
        ["a number means two events"] = (
            nameof(EventsAreWhole), new Script().Submit("e1", "k").Watch("e1", 4, false, Script.Progress(5)).Watch("e1", 4, false, Script.Progress(5, "Denoising 2/4"))),
        ["a stage is skipped"] = (
            nameof(EventsAreWhole),
            new Script().Submit("e1", "k").Watch("e1", 0, false, Script.State(1, EditState.Queued), Script.State(2, EditState.Preparing), Script.State(3, EditState.Denoising))),
        ["a history begins in the middle"] = (nameof(EventsAreWhole), new Script().Submit("e1", "k").Watch("e1", 0, false, Script.Progress(1))),
        ["an answer shows another state than the events"] = (
            nameof(EventsAreWhole),
            new Script().Submit("e1", "k").Watch("e1", 0, false, Script.State(1, EditState.Queued), Script.State(2, EditState.Preparing)).Get("e1", EditState.Queued, 2)),
        ["a watch ends well before the end"] = (nameof(EndIsDelivered), new Script().Submit("e1", "k").Watch("e1", 0, true, Script.State(1, EditState.Queued))),
        ["a watch of an ended edit lacks the end"] = (
            nameof(EndIsDelivered), new Script().Submit("e1", "k").Get("e1", EditState.Succeeded, 8).Watch("e1", 0, true, [.. Script.GoodLife().SkipLast(1)])),
        ["the terminal event shows an older edit"] = (
            nameof(EndIsDelivered),
            new Script().Submit("e1", "k").Watch("e1", 0, true, [.. Script.GoodLife().SkipLast(1), Script.Finished(8, EditState.Succeeded) with { Edit = Script.Finished(7, EditState.Succeeded).Edit }])),
        ["one request makes two edits"] = (nameof(SubmitIsIdempotent), new Script().Submit("e1", "k").Submit("e2", "k")),
        ["one edit is made twice"] = (nameof(SubmitIsIdempotent), new Script().Submit("e1", "k").Submit("e1", "k")),
        ["a first submit finds an edit"] = (nameof(SubmitIsIdempotent), new Script().Submit("e1", "k", existed: true)),
        ["one request serves two contents"] = (nameof(SubmitIsIdempotent), new Script().Submit("e1", "k").Submit("e1", "k", existed: true, content: "other")),
        ["a list shows an edit that nobody submitted"] = (nameof(SubmitIsIdempotent), new Script().List(("e9", "k9", EditState.Queued, 1UL))),
        ["a list shows one request twice"] = (
            nameof(SubmitIsIdempotent), new Script().SubmitUnanswered("k").List(("e1", "k", EditState.Queued, 1UL), ("e2", "k", EditState.Queued, 1UL))),
        ["an answer is older than the one before"] = (nameof(ReadsGoForward), new Script().Submit("e1", "k").Get("e1", EditState.Denoising, 6).Get("e1", EditState.Denoising, 5)),
        ["an answer is older than an event that had arrived"] = (
            nameof(ReadsGoForward), new Script().Submit("e1", "k").Watch("e1", 0, false, Script.State(1, EditState.Queued), Script.State(2, EditState.Preparing)).Get("e1", EditState.Queued, 1)),
        ["an edit fails without a cause"] = (nameof(FailureIsTrue), new Script().Submit("e1", "k").Get("e1", EditState.Failed, 2, reason: "INTERNAL")),
        ["an edit fails without a reason"] = (nameof(FailureIsTrue), new Script().Submit("e1", "k").Get("e1", EditState.Failed, 2)),
        ["a call ends as INTERNAL"] = (nameof(AnswersAreDeliberate), new Script().Submit("e1", "k").Unanswered(CallKind.Get, "e1", "INTERNAL")),
        ["a call ends as UNKNOWN"] = (nameof(AnswersAreDeliberate), new Script().Submit("e1", "k").Unanswered(CallKind.Watch, "e1", "UNKNOWN")),
    };

    [Theory]
    [MemberData(nameof(Good))]
    public void GoodHistory_BreaksNothing(string name) => Assert.Empty(GoodHistories[name].Check());

    [Theory]
    [MemberData(nameof(Bad))]
    public void BadHistory_BreaksItsRule(string name)
    {
        (string rule, Script script) = BadHistories[name];

        IReadOnlyList<Breach> breaches = script.Check();

        Assert.Contains(breaches, breach => breach.Rule == rule);
        Assert.All(breaches, breach => Assert.NotEmpty(breach.Calls));
    }

    [Fact]
    public void EveryRule_HasAHistoryThatBreaksIt() =>
        Assert.Equal(HistoryChecker.Rules.Select(rule => rule.GetType().Name).Order(), BadHistories.Values.Select(bad => bad.Rule).Distinct().Order());

    [Fact]
    public void CompleteHistory_MustShowEveryEnd()
    {
        Script script = new Script().Submit("e1", "k").Get("e1", EditState.Denoising, 5);

        Assert.Empty(script.Check());
        Assert.Equal(nameof(AcknowledgedIsKept), Assert.Single(script.Check(new Expectations([], Complete: true))).Rule);
    }

    [Fact]
    public void FailureThatTheRunExplains_IsNoBreach() =>
        Assert.Empty(new Script().Submit("e1", "k").Get("e1", EditState.Failed, 2, reason: "STORAGE_FULL").Check(new Expectations(["STORAGE_FULL"])));
}
