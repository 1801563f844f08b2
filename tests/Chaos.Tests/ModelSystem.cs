using VideoGrain.Cli.Chaos.Checking;
using VideoGrain.Cli.Chaos.History;
using VideoGrain.Protos.V1;

namespace VideoGrain.Chaos.Tests;

/// <summary>A system without faults, in memory, with callers who lose answers: a source of random histories that must hold.</summary>
internal sealed class ModelSystem(int seed)
{
    private const int Moments = 1000;
    private readonly Random _random = new(seed);
    private readonly Dictionary<string, ModelJob> _jobs = [];
    private readonly List<CallRecord> _calls = [];
    private readonly Dictionary<string, string> _contents = [];
    private long _now = Moments;
    private int _made;

    /// <summary>Lets callers do random things.</summary>
    public IReadOnlyList<CallRecord> Run(int steps)
    {
        for (int i = 0; i < steps; i++)
            Step();
        return _calls;
    }

    private void Step()
    {
        _now += Moments;
        string? id = _jobs.Count == 0 ? null : _jobs.Keys.ElementAt(_random.Next(_jobs.Count));
        switch (_random.Next(10))
        {
            case 0:
                Submit("k" + _random.Next(8));
                break;
            case 1:
                Call(CallKind.List, c => c with { Listed = [.. _jobs.Values.Select(j => j.Seen())] });
                break;
            case 2 when id is not null:
                Cancel(_jobs[id]);
                break;
            case 3 when id is not null && _random.Next(3) == 0:
                Delete(_jobs[id]);
                break;
            case 4 or 5 when id is not null:
                Watch(_jobs[id]);
                break;
            case 6 when id is not null:
                Call(CallKind.Get, c => c with { EditId = id, Edit = _jobs[id].Seen() });
                break;
            case 7 when id is not null && _jobs[id].State == EditState.Succeeded:
                Call(CallKind.Download, c => c with { EditId = id, Artifact = ModelJob.Result, Sha256 = _jobs[id].Digest });
                break;
            default:
                if (id is not null)
                    _jobs[id].Proceed(_random);
                break;
        }
    }

    private void Submit(string key)
    {
        string content = _contents[key] = _contents.GetValueOrDefault(key) ?? "content" + _random.Next(3);
        ModelJob? job = _jobs.Values.FirstOrDefault(j => j.Key == key);
        bool existed = job is not null, answered = _random.Next(4) > 0;
        if (job is null && (answered || _random.Next(2) == 0))
            _jobs.Add("e" + ++_made, job = new ModelJob("e" + _made, key, "digest of " + content));
        Call(CallKind.Submit, c => answered
            ? c with { RequestKey = key, Content = content, EditId = job!.Id, AlreadyExisted = existed, Edit = job.Seen() }
            : c with { RequestKey = key, Content = content, Outcome = CallOutcome.Unknown, Code = "UNAVAILABLE" });
    }

    private void Cancel(ModelJob job)
    {
        bool answered = _random.Next(4) > 0;
        if (answered || _random.Next(2) == 0)
            job.Cancel();
        Call(CallKind.Cancel, c => answered ? c with { EditId = job.Id, Edit = job.Seen() } : c with { EditId = job.Id, Outcome = CallOutcome.Unknown, Code = "DEADLINE_EXCEEDED" });
    }

    private void Delete(ModelJob job)
    {
        if (!job.State.IsFinal())
        {
            Call(CallKind.Delete, c => c with { EditId = job.Id, Outcome = CallOutcome.Refused, Code = "FAILED_PRECONDITION", Reason = "EDIT_NOT_ENDED" });
            return;
        }

        bool answered = _random.Next(4) > 0;
        if (answered || _random.Next(2) == 0)
            _jobs.Remove(job.Id);
        Call(CallKind.Delete, c => c with { EditId = job.Id, Outcome = answered ? CallOutcome.Answered : CallOutcome.Unknown, Code = answered ? "" : "UNAVAILABLE" });
        if (_jobs.ContainsKey(job.Id))
            return;
        _now += Moments;
        Call(CallKind.Get, c => c with { EditId = job.Id, Outcome = CallOutcome.Refused, Code = "NOT_FOUND", Reason = JobHistory.NotFound });
    }

    private void Watch(ModelJob job)
    {
        int after = _random.Next(job.Events.Count + 1), breaksAfter = _random.Next(2) == 0 ? _random.Next(1, 10) : int.MaxValue;
        List<SeenEvent> delivered = [.. job.Events.Skip(after).Take(breaksAfter).Select(e => e with { At = _now })];
        bool ends = job.State.IsFinal() && delivered.Count == job.Events.Count - after;
        Call(CallKind.Watch, c => c with { EditId = job.Id, AfterSequence = (ulong)after, Events = delivered, Outcome = ends ? CallOutcome.Answered : CallOutcome.Unknown });
    }

    // Everything happens at one moment inside the call; that callers wait longer on both sides takes nothing away.
    private void Call(CallKind kind, Func<CallRecord, CallRecord> fill) => _calls.Add(fill(new CallRecord
    {
        Number = _calls.Count + 1,
        Client = "caller",
        Kind = kind,
        Invoked = _now - 1 - _random.Next(2 * Moments),
        Returned = _now + 1 + _random.Next(2 * Moments),
    }));
}
