using System.Collections.Concurrent;
using Grpc.Core;
using Microsoft.Extensions.Options;
using Polly;
using Polly.CircuitBreaker;
using Polly.Retry;
using VideoGrain.Orchestrator.Options;
using VideoGrain.ServiceDefaults.Errors;
using VideoGrain.ServiceDefaults.Resilience;

namespace VideoGrain.Orchestrator.Stages;

/// <summary>
/// How stages are called: retried with jitter where trying again can help, at the time the stage asks for (RetryInfo); left alone for a while
/// when it cannot be reached. The circuit breaker of a stage is shared by all jobs. GPU work is never hedged.
/// </summary>
internal sealed class StagePipelines(IOptions<StageOptions> options, TimeProvider time)
{
    private static readonly TimeSpan Sampling = TimeSpan.FromSeconds(30);
    private readonly ConcurrentDictionary<string, ResiliencePipeline> _breakers = new(StringComparer.Ordinal);

    private StageOptions Options => options.Value;

    /// <summary>A fresh budget for one stage of one job.</summary>
    public RetryBudget NewBudget() => new(Options.MaxRetries, Options.BusyTimeout, time);

    /// <summary>The pipeline for one stage of one job.</summary>
    /// <param name="stage">Names the circuit breaker.</param>
    /// <param name="budget">Bounds the retries.</param>
    /// <param name="onRetry">Called before every retry; what it throws ends the retries.</param>
    public ResiliencePipeline Build(string stage, RetryBudget budget, Func<VideoGrainException, ValueTask> onRetry) =>
        new ResiliencePipelineBuilder { TimeProvider = time }
            .AddRetry(new RetryStrategyOptions
            {
                MaxRetryAttempts = int.MaxValue,
                ShouldHandle = arguments => ValueTask.FromResult(
                    arguments.Outcome.Exception is { } exception && IsTransient(exception) && budget.TryTake(Translate(exception))),
                DelayGenerator = arguments => ValueTask.FromResult<TimeSpan?>(Delay(arguments.Outcome.Exception!, budget)),
                OnRetry = arguments => onRetry(Translate(arguments.Outcome.Exception!)),
            })
            .AddPipeline(_breakers.GetOrAdd(stage, _ => Breaker()))
            .Build();

    /// <summary>The error behind an exception of a stage's call.</summary>
    public static VideoGrainException Translate(Exception exception) => exception switch
    {
        VideoGrainException error => error,
        RpcException rpc when IsTransport(rpc) =>
            new VideoGrainException(StatusCode.Unavailable, ErrorReasons.StageUnavailable, "the connection to the stage was lost", exception),
        RpcException rpc => VideoGrainException.FromRpcException(rpc),
        BrokenCircuitException => new VideoGrainException(StatusCode.Unavailable, ErrorReasons.StageUnavailable, "the stage cannot be reached and is left alone for a while", exception),
        _ => new VideoGrainException(StatusCode.Unavailable, ErrorReasons.StageUnavailable, exception.Message, exception),
    };

    private static bool IsTransient(Exception exception) =>
        StageResilience.IsTransient(exception) || (exception is RpcException rpc && IsTransport(rpc));

    // A stage that dies in the middle of a call breaks the connection or resets the stream. What status the client makes of it differs;
    // that no stage gave this status shows in the cause.
    private static bool IsTransport(RpcException exception) => exception.Status.DebugException is HttpRequestException or IOException;

    private ResiliencePipeline Breaker() => new ResiliencePipelineBuilder { TimeProvider = time }
        .AddCircuitBreaker(new CircuitBreakerStrategyOptions
        {
            // Only the transport counts: a stage that answers busy or draining can be reached.
            ShouldHandle = new PredicateBuilder().Handle<RpcException>(exception =>
                exception.StatusCode == StatusCode.Unavailable && Translate(exception).Reason == ErrorReasons.StageUnavailable),
            FailureRatio = 1,
            MinimumThroughput = Math.Max(2, Options.FailuresBeforeBreak),
            SamplingDuration = Sampling,
            BreakDuration = Options.BreakDuration,
        })
        .Build();

    private TimeSpan Delay(Exception exception, RetryBudget budget)
    {
        if (exception is BrokenCircuitException)
            return Options.BreakDuration;
        if (Translate(exception).RetryAfter is { } asked && asked > TimeSpan.Zero)
            return asked < Options.MaxDelay ? asked : Options.MaxDelay;

        // Decorrelated enough for a handful of workers: half fixed, half random, doubling.
        var exponent = Math.Min(Math.Max(0, budget.Failures - 1), 16);
        var delay = Math.Min(Options.BaseDelay.TotalMilliseconds * Math.Pow(2, exponent), Options.MaxDelay.TotalMilliseconds);
        return TimeSpan.FromMilliseconds((delay / 2) + (JitterSource.NextFraction() * delay / 2));
    }
}
