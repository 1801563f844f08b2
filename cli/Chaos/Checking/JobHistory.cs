using VideoGrain.Cli.Chaos.History;

namespace VideoGrain.Cli.Chaos.Checking;

/// <summary>All that a history tells of one edit.</summary>
internal sealed class JobHistory
{
    /// <summary>The reason of an answer that says that there is no such edit.</summary>
    public const string NotFound = "EDIT_NOT_FOUND";

    /// <summary>Gathers what concerns an edit.</summary>
    /// <param name="id">The edit.</param>
    /// <param name="calls">All calls, in the order in which they began.</param>
    public JobHistory(string id, IReadOnlyList<CallRecord> calls)
    {
        Id = id;
        Calls = [.. calls.Where(c => c.EditId == id)];
        Sightings = [.. calls.SelectMany(SightingsIn).OrderBy(s => s.At)];
        Events = [.. Calls.SelectMany(c => c.Events.Select(e => new DeliveredEvent(e, c))).OrderBy(e => e.Event.Sequence).ThenBy(e => e.Event.At)];
        Submit = Calls.FirstOrDefault(c => c.Kind == CallKind.Submit);
    }

    /// <summary>The edit.</summary>
    public string Id { get; }

    /// <summary>The calls about it, in the order in which they began.</summary>
    public IReadOnlyList<CallRecord> Calls { get; }

    /// <summary>Every answer that showed it, in the order in which they came.</summary>
    public IReadOnlyList<Sighting> Sightings { get; }

    /// <summary>Every event delivered, by number, then by arrival; those that came several times are there several times.</summary>
    public IReadOnlyList<DeliveredEvent> Events { get; }

    /// <summary>The first submit that was answered with it; null for an edit that nobody was told of.</summary>
    public CallRecord? Submit { get; }

    /// <summary>From when on everybody must find it; null for never.</summary>
    public long? KnownAt => Sightings.Count > 0 ? Sightings[0].At : null;

    /// <summary>From when on it may be gone, because somebody asked for that; null for never.</summary>
    public long? MayBeGoneFrom => Calls.FirstOrDefault(c => c.Kind == CallKind.Delete && c.Outcome != CallOutcome.Refused)?.Invoked;

    /// <summary>From when on it must be gone for everybody, because somebody was told so; null for never.</summary>
    public long? GoneAt => Calls
        .Where(c => (c.Kind == CallKind.Delete && c.Outcome == CallOutcome.Answered) || (c.Outcome == CallOutcome.Refused && c.Reason == NotFound))
        .Select(c => (long?)c.Returned).Min();

    private IEnumerable<Sighting> SightingsIn(CallRecord call)
    {
        if (call.Edit?.Id == Id)
            yield return new Sighting(call.Edit, call.Invoked, call.Returned, call.Number);
        foreach (SeenEdit listed in call.Listed.Where(e => e.Id == Id))
            yield return new Sighting(listed, call.Invoked, call.Returned, call.Number);
        foreach (SeenEvent entry in call.Events.Where(e => e.Edit?.Id == Id))
            yield return new Sighting(entry.Edit!, call.Invoked, entry.At, call.Number);
    }
}
