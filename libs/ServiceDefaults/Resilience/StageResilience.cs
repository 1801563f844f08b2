using Grpc.Core;
using Polly;
using Polly.CircuitBreaker;
using Polly.Retry;
using Polly.Timeout;
using VideoGrain.ServiceDefaults.Errors;

namespace VideoGrain.ServiceDefaults.Resilience;

/// <summary>Retries with jitter, a circuit breaker and a timeout per attempt, for calls to a stage.</summary>
public static class StageResilience
{
    private static readonly TimeSpan ShortestSampling = TimeSpan.FromSeconds(30);

    /// <summary>
    /// A pipeline for one stage. An attempt is tried again when the stage is unreachable, busy, draining or lost the call; what the
    /// stage says about when to come back (RetryInfo) goes before the exponential delay.
    /// </summary>
    /// <param name="options">Times and counts.</param>
    /// <param name="time">Clock of delays and timeouts.</param>
    /// <param name="onRetry">Called before every retry with its number, from 1, and the error; may be null.</param>
    public static ResiliencePipeline Build(StageClientOptions options, TimeProvider time, Func<int, VideoGrainException, ValueTask>? onRetry = null)
    {
        var builder = new ResiliencePipelineBuilder { TimeProvider = time };
        if (options.MaxRetries > 0) builder.AddRetry(Retry(options, onRetry));
        return builder
            .AddCircuitBreaker(new CircuitBreakerStrategyOptions
            {
                ShouldHandle = new PredicateBuilder().Handle<RpcException>(exception => exception.StatusCode == StatusCode.Unavailable && !IsDraining(exception)),
                FailureRatio = 1,
                MinimumThroughput = Math.Max(2, options.FailuresBeforeBreak),
                SamplingDuration = ShortestSampling,
                BreakDuration = options.BreakDuration,
            })
            .AddTimeout(options.AttemptTimeout)
            .Build();
    }

    /// <summary>Whether another attempt may succeed.</summary>
    public static bool IsTransient(Exception exception) => exception switch
    {
        BrokenCircuitException or TimeoutRejectedException => true,
        RpcException rpc => IsTransient(VideoGrainException.FromRpcException(rpc)),
        VideoGrainException error => error.Code is StatusCode.Unavailable or StatusCode.Aborted
            || (error.Code == StatusCode.ResourceExhausted && error.Reason is ErrorReasons.StageBusy or ErrorReasons.GpuOutOfMemory)
            || (error.Code == StatusCode.DataLoss && error.Reason == ErrorReasons.ChunkChecksumMismatch),
        _ => false,
    };

    private static RetryStrategyOptions Retry(StageClientOptions options, Func<int, VideoGrainException, ValueTask>? onRetry) => new()
    {
        MaxRetryAttempts = options.MaxRetries,
        BackoffType = DelayBackoffType.Exponential,
        UseJitter = true,
        Delay = options.BaseDelay,
        MaxDelay = options.MaxDelay,
        ShouldHandle = arguments => ValueTask.FromResult(arguments.Outcome.Exception is { } exception && IsTransient(exception)),
        DelayGenerator = arguments => ValueTask.FromResult(arguments.Outcome.Exception is { } exception ? Error(exception).RetryAfter : null),
        OnRetry = arguments => onRetry is null || arguments.Outcome.Exception is not { } exception
            ? ValueTask.CompletedTask
            : onRetry(arguments.AttemptNumber + 1, Error(exception)),
    };

    private static bool IsDraining(RpcException exception) => VideoGrainException.FromRpcException(exception).Reason == ErrorReasons.StageDraining;

    private static VideoGrainException Error(Exception exception) => exception switch
    {
        VideoGrainException error => error,
        RpcException rpc => VideoGrainException.FromRpcException(rpc),
        _ => new VideoGrainException(StatusCode.Unavailable, ErrorReasons.StageUnavailable, exception.Message, exception),
    };
}
