using VideoGrain.Cli.Chaos.Checking;
using VideoGrain.Cli.Chaos.History;
using VideoGrain.Protos.V1;

namespace VideoGrain.Chaos.Tests;

/// <summary>Histories by hand: calls one after the other, unless one is told to have begun earlier.</summary>
internal sealed class Script
{
    public const string Content = "some edit";
    private const string Video = "result.mp4";

    private readonly List<CallRecord> _calls = [];
    private long _clock;
    private long _begun;

    /// <summary>Remembers this moment, for a call that begins now and is answered later.</summary>
    public Script Begin(out long now)
    {
        now = ++_clock;
        return this;
    }

    /// <summary>The next call began at a moment remembered.</summary>
    public Script Since(long begun)
    {
        _begun = begun;
        return this;
    }

    public Script Submit(string id, string key, bool existed = false, string content = Content, params IReadOnlyList<string> mayFailAs) => Add(
        CallKind.Submit, c => c with { EditId = id, RequestKey = key, Content = content, MayFailAs = mayFailAs, AlreadyExisted = existed, Edit = Edit(id, key, EditState.Queued, 1) });

    public Script SubmitUnanswered(string key) => Add(
        CallKind.Submit, c => c with { RequestKey = key, Content = Content, Outcome = CallOutcome.Unknown, Code = "UNAVAILABLE" });

    public Script Get(string id, EditState state, ulong sequence, string digest = "d1", string reason = "") => Add(
        CallKind.Get, c => c with { EditId = id, Edit = Edit(id, "k", state, sequence, digest, reason) });

    public Script Refused(CallKind kind, string id, string code = "NOT_FOUND", string reason = JobHistory.NotFound) => Add(
        kind, c => c with { EditId = id, Outcome = CallOutcome.Refused, Code = code, Reason = reason });

    public Script Unanswered(CallKind kind, string id, string code = "UNAVAILABLE") => Add(kind, c => c with { EditId = id, Outcome = CallOutcome.Unknown, Code = code });

    public Script List(params IEnumerable<(string Id, string Key, EditState State, ulong Sequence)> edits) => Add(
        CallKind.List, c => c with { Listed = [.. edits.Select(e => Edit(e.Id, e.Key, e.State, e.Sequence))] });

    public Script Cancel(string id, EditState shown, ulong sequence) => Add(CallKind.Cancel, c => c with { EditId = id, Edit = Edit(id, "k", shown, sequence) });

    public Script Delete(string id) => Add(CallKind.Delete, c => c with { EditId = id });

    public Script Download(string id, string digest) => Add(CallKind.Download, c => c with { EditId = id, Artifact = Video, Sha256 = digest });

    /// <summary>A watch that delivers events and ends well, or breaks.</summary>
    public Script Watch(string id, ulong after, bool ends, params IReadOnlyList<SeenEvent> events)
    {
        long begun = _begun > 0 ? _begun : ++_clock;
        List<SeenEvent> arrived = [.. events.Select(e => e with { At = ++_clock, Edit = e.Edit is null ? null : e.Edit with { Id = id } })];
        _begun = begun;
        return Add(CallKind.Watch, c => c with { EditId = id, AfterSequence = after, Events = arrived, Outcome = ends ? CallOutcome.Answered : CallOutcome.Unknown });
    }

    public IReadOnlyList<Breach> Check(Expectations? expectations = null) => HistoryChecker.Check(_calls, expectations ?? new Expectations([], Complete: false));

    public static SeenEvent State(ulong sequence, EditState state) => new(0, sequence, SeenEventKind.State, state, "", null);

    public static SeenEvent Progress(ulong sequence, string detail = "Denoising 1/4") => new(0, sequence, SeenEventKind.Progress, EditState.Unspecified, detail, null);

    public static SeenEvent Announced(ulong sequence, string digest) => new(0, sequence, SeenEventKind.Artifact, EditState.Unspecified, $"{Video} {digest}", null);

    public static SeenEvent Finished(ulong sequence, EditState state, string digest = "d1", string reason = "") =>
        new(0, sequence, SeenEventKind.Finished, state, "", Edit("", "k", state, sequence, digest, reason));

    /// <summary>The whole history of an edit that goes well.</summary>
    public static IReadOnlyList<SeenEvent> GoodLife(string digest = "d1") =>
    [
        State(1, EditState.Queued), State(2, EditState.Preparing), State(3, EditState.Inverting), State(4, EditState.Denoising), Progress(5),
        State(6, EditState.Encoding), Announced(7, digest), Finished(8, EditState.Succeeded, digest),
    ];

    private static SeenEdit Edit(string id, string key, EditState state, ulong sequence, string digest = "d1", string reason = "") => new(
        id, key, state, sequence, reason,
        state == EditState.Succeeded && digest.Length > 0 ? new Dictionary<string, string> { [Video] = digest } : new Dictionary<string, string>());

    private Script Add(CallKind kind, Func<CallRecord, CallRecord> fill)
    {
        long begun = _begun > 0 ? _begun : ++_clock;
        _begun = 0;
        _calls.Add(fill(new CallRecord { Number = _calls.Count + 1, Client = "caller", Kind = kind, Invoked = begun, Returned = ++_clock }));
        return this;
    }
}
