using VideoGrain.Protos.V1;

namespace VideoGrain.Cli.Chaos.History;

/// <summary>A call that has begun and is not over.</summary>
internal sealed class OpenCall(HistoryRecorder recorder, CallRecord begun)
{
    private readonly List<SeenEvent> _events = [];

    /// <summary>An event arrived.</summary>
    public SeenEvent Saw(EditEvent entry)
    {
        SeenEvent seen = SeenEvent.Of(entry, recorder.Tick());
        _events.Add(seen);
        return seen;
    }

    /// <summary>The call is over.</summary>
    /// <param name="complete">Fills in what came of it.</param>
    /// <returns>The whole record.</returns>
    public CallRecord End(Func<CallRecord, CallRecord> complete)
    {
        CallRecord record = complete(begun) with { Events = _events, Returned = recorder.Tick() };
        recorder.Add(record);
        return record;
    }
}
