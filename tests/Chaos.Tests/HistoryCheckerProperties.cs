using FsCheck;
using FsCheck.Fluent;
using VideoGrain.Cli.Chaos.Checking;
using VideoGrain.Cli.Chaos.Checking.Rules;
using VideoGrain.Cli.Chaos.History;
using VideoGrain.Protos.V1;

namespace VideoGrain.Chaos.Tests;

/// <summary>Random histories of a system without faults hold; with one fault put in, they do not.</summary>
public sealed class HistoryCheckerProperties
{
    private const int Steps = 150;
    private static readonly Expectations Incomplete = new([], Complete: false);

    [Fact]
    public void HistoryOfAFaultlessSystem_BreaksNothing() => Prop.ForAll<int>(seed =>
    {
        IReadOnlyList<Breach> breaches = HistoryChecker.Check(new ModelSystem(seed).Run(Steps), Incomplete);
        Assert.True(breaches.Count == 0, string.Join('\n', breaches));
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void OrderOfTheRecords_DoesNotMatter() => Prop.ForAll<int>(seed =>
    {
        CallRecord[] calls = [.. new ModelSystem(seed).Run(Steps).Select(c => c.Kind == CallKind.Download ? c with { Sha256 = "other" } : c)];
        IEnumerable<string> expected = HistoryChecker.Check(calls, Incomplete).Select(b => $"{b.Rule} {b.Subject} {b.Message} {string.Join(' ', b.Calls)}");
        new Random(seed).Shuffle(calls);
        Assert.Equal(expected, HistoryChecker.Check(calls, Incomplete).Select(b => $"{b.Rule} {b.Subject} {b.Message} {string.Join(' ', b.Calls)}"));
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void EventLost_IsNoticed() => Notices(
        nameof(EventsAreWhole), c => c.Events.Count > 2, c => c with { Events = [.. c.Events.Take(1), .. c.Events.Skip(2)] });

    [Fact]
    public void EventRepeated_IsNoticed() => Notices(
        nameof(EventsAreWhole), c => c.Events.Count > 1, c => c with { Events = [.. c.Events.Take(1), .. c.Events] });

    [Fact]
    public void EndNotDelivered_IsNoticed() => Notices(
        nameof(EndIsDelivered), c => c is { Kind: CallKind.Watch, Outcome: CallOutcome.Answered, Events.Count: > 1 }, c => c with { Events = [.. c.Events.SkipLast(1)] });

    [Fact]
    public void OtherResult_IsNoticed() => Notices(
        nameof(ResultIsOne), c => c is { Kind: CallKind.Download }, c => c with { Sha256 = "other" },
        (call, calls) => calls.Any(c => c.Edit is { State: EditState.Succeeded } && c.Edit.Id == call.EditId));

    [Fact]
    public void SecondEditForARequest_IsNoticed() => Notices(
        nameof(SubmitIsIdempotent), c => c is { Kind: CallKind.Submit, AlreadyExisted: true }, c => c with { EditId = "e999", Edit = c.Edit! with { Id = "e999" } },
        (call, calls) => calls.Any(c => c is { Kind: CallKind.Submit, Outcome: CallOutcome.Answered } && c != call && c.EditId == call.EditId)
            && !calls.Any(c => c.Kind == CallKind.Delete && c.EditId == call.EditId));

    [Fact]
    public void FailureWithoutCause_IsNoticed() => Notices(
        nameof(FailureIsTrue), c => c.Edit is not null, c => c with { Edit = c.Edit! with { State = EditState.Failed, FailureReason = "INTERNAL" } });

    [Fact]
    public void CancelledEditThatSucceeds_IsNoticed() => Notices(
        nameof(EndIsFinal), c => c is { Kind: CallKind.Get, Edit.State: EditState.Cancelled }, c => c with { Edit = c.Edit! with { State = EditState.Encoding } }, AfterItsEndWasShown);

    [Fact]
    public void DeletedEditThatIsShown_IsNoticed() => Notices(
        nameof(DeletedStaysAway), c => c is { Kind: CallKind.Get, Reason: JobHistory.NotFound },
        c => c with { Outcome = CallOutcome.Answered, Code = "", Reason = "", Edit = new SeenEdit(c.EditId, "", EditState.Cancelled, ulong.MaxValue, "", new Dictionary<string, string>()) },
        (call, calls) => calls.Any(d => d is { Kind: CallKind.Delete, Outcome: CallOutcome.Answered } && d.EditId == call.EditId && d.Returned < call.Invoked));

    [Fact]
    public void LostEdit_IsNoticed() => Notices(
        nameof(AcknowledgedIsKept), c => c is { Kind: CallKind.Get, Outcome: CallOutcome.Answered },
        c => c with { Outcome = CallOutcome.Refused, Edit = null, Code = "NOT_FOUND", Reason = JobHistory.NotFound },
        (call, calls) => calls.Any(c => c.Edit?.Id == call.EditId && c.Returned < call.Invoked)
            && !calls.Any(d => d.Kind == CallKind.Delete && d.Outcome != CallOutcome.Refused && d.EditId == call.EditId && d.Invoked <= call.Returned));

    [Fact]
    public void StaleAnswer_IsNoticed() => Notices(
        nameof(ReadsGoForward), c => c is { Kind: CallKind.Get, Edit.LastSequence: > 1 }, c => c with { Edit = c.Edit! with { LastSequence = 0 } },
        (call, calls) => calls.Any(c => c.Edit?.Id == call.EditId && c.Returned < call.Invoked));

    // Damages one call of a random history; a property that never found a call to damage would show nothing.
    private static void Notices(
        string rule, Func<CallRecord, bool> fits, Func<CallRecord, CallRecord> damage, Func<CallRecord, IReadOnlyList<CallRecord>, bool>? inPlace = null)
    {
        int damaged = 0;
        Prop.ForAll<int>(seed =>
        {
            List<CallRecord> calls = [.. new ModelSystem(seed).Run(Steps)];
            List<int> places = [.. Enumerable.Range(0, calls.Count).Where(i => fits(calls[i]) && (inPlace is null || inPlace(calls[i], calls)))];
            if (places.Count == 0)
                return;
            int place = places[new Random(seed).Next(places.Count)];
            calls[place] = damage(calls[place]);
            damaged++;
            Assert.Contains(HistoryChecker.Check(calls, Incomplete), breach => breach.Rule == rule);
        }).QuickCheckThrowOnFailure();
        Assert.True(damaged > 0, "no history had a place for the damage");
    }

    private static bool AfterItsEndWasShown(CallRecord call, IReadOnlyList<CallRecord> calls) =>
        calls.Any(c => c.Edit is { State: EditState.Cancelled } && c.Edit.Id == call.EditId && c.Returned < call.Invoked);
}
