using System.Diagnostics;
using Microsoft.Extensions.Options;
using VideoGrain.Orchestrator.Artifacts;
using VideoGrain.Orchestrator.Jobs;
using VideoGrain.Orchestrator.Options;
using VideoGrain.Orchestrator.Persistence;
using VideoGrain.Orchestrator.Submission;
using VideoGrain.Orchestrator.Telemetry;
using VideoGrain.ServiceDefaults.Errors;
using VideoGrain.ServiceDefaults.Telemetry;

namespace VideoGrain.Orchestrator.Execution;

/// <summary>Takes a claimed job through its stages to its end, or hands it back when the process shuts down.</summary>
internal sealed partial class JobRunner(
    JobQueue queue,
    JobJournal journal,
    JobCatalog catalog,
    ArtifactCollector collector,
    RunningJobs running,
    PreparingStage preparing,
    InvertingStage inverting,
    ClusteringStage clustering,
    DenoisingStage denoising,
    EncodingStage encoding,
    FailureTranslation failures,
    OrchestratorInstruments instruments,
    ServiceSpans spans,
    IOptions<WorkerOptions> options,
    TimeProvider time,
    ILogger<JobRunner> logger)
{
    private const string JobSpan = "job";
    private static readonly TimeSpan HandBackTime = TimeSpan.FromSeconds(10);

    /// <summary>Runs a job; returns when it has ended, was taken away or was handed back. Throws nothing.</summary>
    /// <param name="job">The job as claimed.</param>
    /// <param name="shutdown">Cancelled when the process shuts down.</param>
    public async Task RunAsync(Job job, CancellationToken shutdown)
    {
        using var span = spans.StartUnder(JobSpan, job.TraceParent);
        span?.SetTag(SpanTags.JobId, job.Id).SetTag(SpanTags.Attempt, job.Attempts);
        var scope = new JobScope(job.Id, OrchestratorInstruments.Name(JobState.Preparing));
        using var open = logger.BeginScope(scope);
        using var lost = new CancellationTokenSource();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(lost.Token, shutdown);
        using var registration = running.Register(job.Id, lost);
        using var heartbeat = new Heartbeat(queue, job.Lease, options.Value.HeartbeatInterval, lost, time);
        if (job.Attempts == 1)
            instruments.Started(time.GetUtcNow() - job.SubmittedAt);

        Claimed(logger, job.Id, job.Attempts);
        var state = JobState.Preparing;
        try
        {
            var context = new JobContext(job, journal, collector, instruments, scope, options.Value.ProgressInterval, time, lost.Token, stop.Token);
            await context.LoadAsync();
            await StageAsync(JobState.Preparing, () => preparing.RunAsync(context));
            await using var ahead = denoising.Ahead(context);
            await StageAsync(JobState.Inverting, async () =>
            {
                context.Progressed += ahead.Watch;
                await inverting.RunAsync(context);
                context.Progressed -= ahead.Watch;
                await clustering.RunAsync(context);
            });
            await StageAsync(JobState.Denoising, () => denoising.RunAsync(context, ahead));
            await StageAsync(JobState.Encoding, async () =>
            {
                await encoding.RunAsync(context);
                await journal.SucceedAsync(job.Lease, lost.Token);
            });
            instruments.Completed(job, JobState.Succeeded, "");
            Succeeded(logger, job.Id);
        }
        catch (Exception exception) when (exception is LeaseLostException || lost.IsCancellationRequested)
        {
            TakenAway(logger, job.Id, state);
            span?.AddEvent(new ActivityEvent("taken away"));
        }
        catch (Exception) when (shutdown.IsCancellationRequested)
        {
            span?.AddEvent(new ActivityEvent("handed back"));
            await HandBackAsync(job, state, counts: true);
        }
        catch (Exception exception) when (IsOfThisReplica(exception))
        {
            // Neither the job nor a stage is at fault: whoever takes it next goes on.
            GivenBack(logger, exception, job.Id, state);

            // The next job would meet the same store: while it is away, the queue is not gone through in vain.
            if (exception is ArtifactStoreUnavailableException)
                await Task.Delay(options.Value.StorePause, time, stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

            await HandBackAsync(job, state, counts: exception is not ArtifactStoreUnavailableException { IsOutage: true });
        }
        catch (Exception exception)
        {
            await FailAsync(job, state, exception, span);
        }

        await TidyAsync(job.Id);

        async Task StageAsync(JobState stage, Func<Task> work)
        {
            var name = OrchestratorInstruments.Name(stage);
            if (stage != JobState.Preparing)
            {
                stop.Token.ThrowIfCancellationRequested();
                await journal.AdvanceAsync(job.Lease, stage, lost.Token);
                state = stage;
                scope.Enter(name);
            }

            var since = time.GetTimestamp();
            using var stageSpan = spans.Start(name);
            stageSpan?.SetTag(SpanTags.JobId, job.Id).SetTag(SpanTags.Stage, name);
            try
            {
                await work();
            }
            catch (Exception exception)
            {
                stageSpan?.SetStatus(ActivityStatusCode.Error, exception.GetType().Name);
                throw;
            }
            finally
            {
                instruments.StageLeft(stage, time.GetElapsedTime(since));
            }
        }
    }

    private static bool IsOfThisReplica(Exception exception) =>
        exception is ArtifactStoreUnavailableException or DatabaseUnavailableException or VideoGrainException { Reason: SubmissionReasons.StorageConflict } || DatabaseErrors.IsUnavailable(exception);

    private async Task HandBackAsync(Job job, JobState state, bool counts)
    {
        try
        {
            using var limit = new CancellationTokenSource(HandBackTime, time);
            await queue.ReleaseAsync(job.Lease, counts, limit.Token);
            HandedBack(logger, job.Id, state);
        }
        catch (Exception exception)
        {
            // The lease runs out, and the job goes on all the same.
            BookkeepingFailed(logger, exception, job.Id);
        }
    }

    private async Task FailAsync(Job job, JobState state, Exception exception, Activity? span)
    {
        var failure = failures.Describe(exception, state);
        span?.SetTag(SpanTags.Reason, failure.Reason).SetStatus(ActivityStatusCode.Error, failure.Message);
        try
        {
            await journal.FailAsync(job.Lease, failure, CancellationToken.None);
            instruments.Completed(job, JobState.Failed, failure.Reason);
            if (failure.Reason == ErrorReasons.Internal)
                FailedUnexpectedly(logger, exception, job.Id, state);
            else
                Failed(logger, job.Id, state, failure.Reason, failure.Message);
        }
        catch (LeaseLostException)
        {
            TakenAway(logger, job.Id, state);
        }
        catch (Exception second)
        {
            BookkeepingFailed(logger, second, job.Id);
        }
    }

    private async Task TidyAsync(string jobId)
    {
        try
        {
            await collector.CollectAsync(await catalog.DropWorkingArtifactsAsync(jobId, CancellationToken.None), CancellationToken.None);
        }
        catch (Exception exception)
        {
            // The janitor comes by again.
            BookkeepingFailed(logger, exception, jobId);
        }
    }

    [LoggerMessage(LogLevel.Information, "job {JobId} claimed, attempt {Attempt}")]
    private static partial void Claimed(ILogger logger, string jobId, int attempt);

    [LoggerMessage(LogLevel.Information, "job {JobId} succeeded")]
    private static partial void Succeeded(ILogger logger, string jobId);

    [LoggerMessage(LogLevel.Information, "job {JobId} taken away in {State}: cancelled, deleted, or in other hands")]
    private static partial void TakenAway(ILogger logger, string jobId, JobState state);

    [LoggerMessage(LogLevel.Information, "job {JobId} handed back in {State}")]
    private static partial void HandedBack(ILogger logger, string jobId, JobState state);

    [LoggerMessage(LogLevel.Warning, "job {JobId} failed in {State}: {Reason}: {Problem}")]
    private static partial void Failed(ILogger logger, string jobId, JobState state, string reason, string problem);

    [LoggerMessage(LogLevel.Warning, "job {JobId} stopped in {State} for a reason that lies here; it goes back to the queue")]
    private static partial void GivenBack(ILogger logger, Exception exception, string jobId, JobState state);

    [LoggerMessage(LogLevel.Error, "job {JobId} failed unexpectedly in {State}")]
    private static partial void FailedUnexpectedly(ILogger logger, Exception exception, string jobId, JobState state);

    [LoggerMessage(LogLevel.Error, "job {JobId}: its end could not be recorded; it is taken up again when its lease runs out")]
    private static partial void BookkeepingFailed(ILogger logger, Exception exception, string jobId);
}
