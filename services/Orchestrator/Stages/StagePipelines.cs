using Grpc.Core;
using Microsoft.Extensions.Options;
using Polly;
using Polly.Retry;
using Polly.Timeout;
using VideoGrain.Orchestrator.Options;
using VideoGrain.ServiceDefaults.Errors;
using VideoGrain.ServiceDefaults.Resilience;

namespace VideoGrain.Orchestrator.Stages;

/// <summary>
/// How a stage is called for a job: within a total time, again with jitter where trying again can help, at the time the stage asks for (RetryInfo), or at
/// once where another address is ready. Circuit breakers are the addresses' (<see cref="NodeBreaker"/>), the time of a step is the call's
/// (<see cref="StageCall"/>). GPU work is never hedged.
/// </summary>
internal sealed class StagePipelines(StageChannels channels, IOptions<StageOptions> options, TimeProvider time)
{
    /// <summary>Reason of a job that spent too long in one stage.</summary>
    public const string TimedOut = "STAGE_TIMEOUT";

    private const int MaxExponent = 16;

    private StageOptions Options => options.Value;

    /// <summary>A fresh budget for one stage of one job.</summary>
    public RetryBudget NewBudget() => new(Options.MaxRetries, Options.BusyTimeout, time);

    /// <summary>The pipeline for one stage of one job.</summary>
    /// <param name="stage">Names the stage's addresses.</param>
    /// <param name="budget">Bounds the retries.</param>
    /// <param name="onRetry">Called before every retry; what it throws ends the retries.</param>
    public ResiliencePipeline Build(string stage, RetryBudget budget, Func<VideoGrainException, ValueTask> onRetry) =>
        new ResiliencePipelineBuilder { TimeProvider = time }
            .AddTimeout(Options.TotalTimeout)
            .AddRetry(new RetryStrategyOptions
            {
                MaxRetryAttempts = int.MaxValue,
                ShouldHandle = arguments => ValueTask.FromResult(
                    arguments.Outcome.Exception is { } exception && IsTransient(exception) && budget.TryTake(Translate(exception))),
                DelayGenerator = arguments => ValueTask.FromResult<TimeSpan?>(Delay(stage, arguments.Outcome.Exception!, budget)),
                OnRetry = arguments => onRetry(Translate(arguments.Outcome.Exception!)),
            })
            .Build();

    /// <summary>The error behind an exception of a stage's call.</summary>
    public static VideoGrainException Translate(Exception exception) => exception switch
    {
        VideoGrainException error => error,
        RpcException rpc when IsTransport(rpc) =>
            new VideoGrainException(StatusCode.Unavailable, ErrorReasons.StageUnavailable, "the connection to the stage was lost", exception),
        RpcException rpc => VideoGrainException.FromRpcException(rpc),
        TimeoutRejectedException => new VideoGrainException(StatusCode.DeadlineExceeded, TimedOut, "the stage took longer than a job may spend in it", exception),
        _ => new VideoGrainException(StatusCode.Unavailable, ErrorReasons.StageUnavailable, exception.Message, exception),
    };

    private static bool IsTransient(Exception exception) =>
        StageResilience.IsTransient(exception) || (exception is RpcException rpc && IsTransport(rpc));

    // A stage that dies in the middle of a call breaks the connection or resets the stream. What status the client makes of it differs;
    // that no stage gave this status shows in the cause. A connection that goes away while a request is still being sent cancels the sending.
    private static bool IsTransport(RpcException exception) =>
        exception.Status.DebugException is HttpRequestException or IOException
        || exception is { StatusCode: StatusCode.Internal, Status.DebugException: OperationCanceledException };

    private TimeSpan Delay(string stage, Exception exception, RetryBudget budget)
    {
        var error = Translate(exception);
        if (IsAboutTheAddress(error) && channels.IsReady(stage))
            return Jittered(Options.BaseDelay / 2);
        if (error.RetryAfter is { } asked && asked > TimeSpan.Zero)
            return asked < Options.MaxDelay ? asked : Options.MaxDelay;

        // Decorrelated enough for a handful of workers: half fixed, half random, doubling.
        var exponent = Math.Min(Math.Max(0, budget.Failures - 1), MaxExponent);
        var delay = Options.BaseDelay * Math.Pow(2, exponent);
        return Jittered(delay < Options.MaxDelay ? delay : Options.MaxDelay);
    }

    private static bool IsAboutTheAddress(VideoGrainException error) =>
        error.Code == StatusCode.Unavailable || error.Reason is ErrorReasons.StageBusy or ErrorReasons.GpuOutOfMemory;

    private static TimeSpan Jittered(TimeSpan delay) => (delay / 2) + (delay / 2 * JitterSource.NextFraction());
}
