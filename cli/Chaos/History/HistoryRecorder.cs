namespace VideoGrain.Cli.Chaos.History;

/// <summary>Writes down every call and fault in one order. Safe for concurrent callers.</summary>
/// <param name="time">Clock of the seconds that people read; the order does not depend on it.</param>
internal sealed class HistoryRecorder(TimeProvider time)
{
    private readonly Lock _gate = new();
    private readonly List<CallRecord> _calls = [];
    private readonly List<FaultRecord> _faults = [];
    private readonly long _start = time.GetTimestamp();
    private long _clock;
    private long _numbers;

    /// <summary>The calls that are over, in the order in which they began.</summary>
    public IReadOnlyList<CallRecord> Calls
    {
        get
        {
            lock (_gate)
                return [.. _calls.OrderBy(c => c.Invoked)];
        }
    }

    /// <summary>The faults so far.</summary>
    public IReadOnlyList<FaultRecord> Faults
    {
        get
        {
            lock (_gate)
                return [.. _faults];
        }
    }

    private double Seconds => Math.Round(time.GetElapsedTime(_start).TotalSeconds, 3);

    /// <summary>A call begins.</summary>
    /// <param name="client">Who calls.</param>
    /// <param name="kind">What is asked for.</param>
    /// <param name="describe">Fills in the arguments.</param>
    public OpenCall Begin(string client, CallKind kind, Func<CallRecord, CallRecord> describe) => new(
        this,
        describe(new CallRecord { Number = Interlocked.Increment(ref _numbers), Client = client, Kind = kind, Invoked = Tick(), Seconds = Seconds }));

    /// <summary>A fault was injected.</summary>
    public void Fault(string text)
    {
        lock (_gate)
            _faults.Add(new FaultRecord(++_clock, Seconds, text));
    }

    /// <summary>The next moment of the recorder's clock.</summary>
    public long Tick()
    {
        lock (_gate)
            return ++_clock;
    }

    internal void Add(CallRecord record)
    {
        lock (_gate)
            _calls.Add(record);
    }
}
