using Grpc.Core;
using Grpc.Core.Interceptors;
using Grpc.Net.Client;
using VideoGrain.Orchestrator.Options;
using VideoGrain.ServiceDefaults.Telemetry;

namespace VideoGrain.Orchestrator.Stages;

/// <summary>One address of a stage: its connection, its load, and whether it is worth a call.</summary>
internal sealed class StageNode
{
    // Timers and the clock need not agree to the last millisecond.
    private static readonly TimeSpan ClockSlack = TimeSpan.FromMilliseconds(10);
    private readonly GrpcChannel _channel;
    private readonly NodeBreaker _breaker;
    private readonly StageOptions _options;
    private readonly TimeProvider _time;
    private readonly Lock _gate = new();
    private int _calls;
    private int _capacity = 1;
    private int _advertised;
    private DateTimeOffset _busyUntil = DateTimeOffset.MinValue;
    private DateTimeOffset _avoidUntil = DateTimeOffset.MinValue;
    private bool _retired;
    private bool _closed;

    public StageNode(Uri address, GrpcChannel channel, ClientTelemetryInterceptor telemetry, StageOptions options, TimeProvider time)
    {
        (Address, _channel, _options, _time) = (address, channel, options, new SteadyTime(time));
        Invoker = channel.Intercept(telemetry);
        _breaker = new NodeBreaker(options, _time);
    }

    /// <summary>The address.</summary>
    public Uri Address { get; }

    /// <summary>Makes calls to it.</summary>
    public CallInvoker Invoker { get; }

    /// <summary>When it was last chosen, by count.</summary>
    public long LastPick { get; set; }

    /// <summary>How full it is: jobs here or elsewhere on it, by its capacity.</summary>
    public double Load
    {
        get
        {
            lock (_gate)
                return (double)Math.Max(_calls, _advertised) / _capacity;
        }
    }

    /// <summary>Whether it failed or was leaving a moment ago: others are tried first.</summary>
    public bool IsAvoided
    {
        get
        {
            lock (_gate)
                return _avoidUntil > _time.GetUtcNow();
        }
    }

    /// <summary>Time until it may be called, by its circuit breaker.</summary>
    public TimeSpan BrokenFor => _breaker.Pause;

    /// <summary>Time until it asked to be called again because it was busy.</summary>
    public TimeSpan BusyFor
    {
        get
        {
            lock (_gate)
                return _busyUntil > _time.GetUtcNow() ? _busyUntil - _time.GetUtcNow() : TimeSpan.Zero;
        }
    }

    /// <summary>It said how many jobs run on it and how many may.</summary>
    public void Advertised(StageLoad load)
    {
        lock (_gate)
            (_advertised, _capacity) = (load.Running, Math.Max(1, load.Capacity));
    }

    /// <summary>A call begins.</summary>
    /// <param name="takesSlot">Whether it runs a job.</param>
    public void Begin(bool takesSlot)
    {
        _breaker.Begin();
        lock (_gate)
            _calls += takesSlot ? 1 : 0;
    }

    /// <summary>A call that goes on heard of the address.</summary>
    public void Heard() => _breaker.Heard();

    /// <summary>A call has ended.</summary>
    /// <param name="takesSlot">Whether it ran a job.</param>
    /// <param name="outcome">What it tells about the address.</param>
    /// <param name="retryAfter">When the address wants to be called again.</param>
    public void End(bool takesSlot, NodeOutcome outcome, TimeSpan? retryAfter)
    {
        _breaker.End(outcome);
        lock (_gate)
        {
            _calls -= takesSlot ? 1 : 0;
            switch (outcome)
            {
                case NodeOutcome.Busy:
                    _busyUntil = _time.GetUtcNow() + (retryAfter ?? _options.BaseDelay) - ClockSlack;
                    break;
                case NodeOutcome.Failed or NodeOutcome.Draining:
                    _avoidUntil = _time.GetUtcNow() + _options.BreakDuration;
                    break;
                case NodeOutcome.Answered:
                    _avoidUntil = DateTimeOffset.MinValue;
                    break;
            }
        }

        CloseIfUnused();
    }

    /// <summary>The address is gone from the name: running calls go on, then the connection closes.</summary>
    public void Retire()
    {
        lock (_gate)
            _retired = true;

        CloseIfUnused();
    }

    /// <summary>Closes the connection with the calls on it.</summary>
    public void Close()
    {
        lock (_gate)
            _closed = true;

        _channel.Dispose();
    }

    private void CloseIfUnused()
    {
        lock (_gate)
        {
            if (!_retired || _closed || _calls > 0)
                return;
        }

        Close();
    }
}
