using Polly;
using Polly.CircuitBreaker;
using VideoGrain.Orchestrator.Options;

namespace VideoGrain.Orchestrator.Stages;

/// <summary>
/// The circuit breaker of one address. Calls are streams that outlive any delegate, so their ends are told to the breaker one by one, and the
/// choice of an address asks it beforehand. After the break one call goes through; it decides, by its end or, as it may run for long, by the first that
/// is heard of the address.
/// </summary>
internal sealed class NodeBreaker
{
    private static readonly TimeSpan Sampling = TimeSpan.FromSeconds(30);
    private readonly Lock _gate = new();
    private readonly CircuitBreakerStateProvider _state = new();
    private readonly ResiliencePipeline _pipeline;
    private readonly TimeSpan _breakDuration;
    private readonly TimeProvider _time;
    private DateTimeOffset _openUntil = DateTimeOffset.MinValue;
    private bool _probing;

    public NodeBreaker(StageOptions options, TimeProvider time)
    {
        (_breakDuration, _time) = (options.BreakDuration, time);
        _pipeline = new ResiliencePipelineBuilder { TimeProvider = time }
            .AddCircuitBreaker(new CircuitBreakerStrategyOptions
            {
                FailureRatio = 1,
                MinimumThroughput = Math.Max(2, options.FailuresBeforeBreak),
                SamplingDuration = Sampling,
                BreakDuration = options.BreakDuration,
                StateProvider = _state,
            })
            .Build();
    }

    /// <summary>Time until a call may be tried; zero when one may be tried now.</summary>
    public TimeSpan Pause
    {
        get
        {
            lock (_gate)
            {
                if (_state.CircuitState == CircuitState.Closed)
                    return TimeSpan.Zero;
                if (_probing)
                    return _breakDuration;

                var rest = _openUntil - _time.GetUtcNow();
                return rest > TimeSpan.Zero ? rest : TimeSpan.Zero;
            }
        }
    }

    /// <summary>A call begins.</summary>
    public void Begin()
    {
        lock (_gate)
            _probing = _state.CircuitState != CircuitState.Closed;
    }

    /// <summary>The address sent something. While it is whole that counts for nothing: one that answers at first and then fails is to be broken all the same.</summary>
    public void Heard()
    {
        lock (_gate)
        {
            if (_probing)
                End(NodeOutcome.Answered);
        }
    }

    /// <summary>A call has ended.</summary>
    public void End(NodeOutcome outcome)
    {
        lock (_gate)
        {
            _probing = false;
            if (outcome == NodeOutcome.Unknown)
                return;

            try
            {
                _pipeline.Execute(() =>
                {
                    if (outcome == NodeOutcome.Failed)
                        throw new IOException("The call failed.");
                });
            }
            catch (Exception exception) when (exception is IOException or BrokenCircuitException)
            {
                // Counted.
            }

            if (_state.CircuitState == CircuitState.Open && _openUntil <= _time.GetUtcNow())
                _openUntil = _time.GetUtcNow() + _breakDuration;
        }
    }
}
