using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using VideoGrain.Orchestrator.Options;
using VideoGrain.Orchestrator.Persistence;

namespace VideoGrain.Orchestrator.Jobs;

/// <summary>Takes checked submissions into the queue, or says why not. One transaction decides: no limit is overrun by a race.</summary>
internal sealed class JobIntake(JobsDatabase database, JobSignals signals, ArtifactGuard guard, IOptions<QueueOptions> options, TimeProvider time)
{
    private const long CostPerJob = 1_000_000;

    /// <summary>What the queue says now to a submission without content; used to refuse a caller before it sends megabytes.</summary>
    public Task<SubmitOutcome> PreviewAsync(string caller, CancellationToken cancellationToken) =>
        database.ReadAsync(context => AdmitAsync(context, caller, cancellationToken), cancellationToken);

    /// <summary>Finds the job of an earlier submission.</summary>
    public Task<Job?> FindAsync(string caller, string requestId, CancellationToken cancellationToken) =>
        database.ReadAsync(context => FindAsync(context, caller, requestId, cancellationToken), cancellationToken);

    /// <summary>Puts a submission into the queue. When this returns Accepted, the job is on disk.</summary>
    public async Task<(SubmitOutcome Outcome, Job? Job)> SubmitAsync(NewJob submission, CancellationToken cancellationToken)
    {
        var digests = submission.Artifacts.Select(artifact => artifact.Reference.Digest).ToList();
        var result = await database.WriteInTurnAsync(
            context => guard.HoldAsync(context, database.IsShared, digests, cancellationToken),
            async context =>
            {
                if (submission.RequestId.Length > 0
                    && await FindAsync(context, submission.Caller, submission.RequestId, cancellationToken) is { } earlier)
                {
                    return (earlier.Fingerprint == submission.Fingerprint ? SubmitOutcome.AlreadyExisted : SubmitOutcome.RequestIdReused, earlier);
                }

                var outcome = await AdmitAsync(context, submission.Caller, cancellationToken);
                if (outcome != SubmitOutcome.Accepted)
                    return (outcome, (Job?)null);

                var job = Job.Submit(submission, await TagAsync(context, submission.Caller, cancellationToken), time.GetUtcNow());
                context.Jobs.Add(job);
                return (outcome, job);
            },
            cancellationToken);
        if (result.Item1 == SubmitOutcome.Accepted)
            signals.WorkArrived();

        return result;
    }

    private static Task<Job?> FindAsync(JobsDbContext context, string caller, string requestId, CancellationToken cancellationToken) =>
        context.Jobs.SingleOrDefaultAsync(job => job.Caller == caller && job.RequestId == requestId, cancellationToken);

    private async Task<SubmitOutcome> AdmitAsync(JobsDbContext context, string caller, CancellationToken cancellationToken)
    {
        if (await context.Jobs.CountAsync(job => job.State == JobState.Queued, cancellationToken) >= options.Value.MaxQueued)
            return SubmitOutcome.QueueFull;

        var unfinished = await context.Jobs.CountAsync(job => job.Caller == caller && job.State < JobState.Succeeded, cancellationToken);
        return unfinished >= options.Value.QuotaOf(caller) ? SubmitOutcome.CallerLimitExceeded : SubmitOutcome.Accepted;
    }

    // Start-time fair queueing: a caller's next job stands one cost behind its last that was or will be worked on, but never before the head of the
    // queue. So callers take turns however many jobs each has queued, one that submits a job at a time has no more of them, and nobody
    // saves up turns while idle.
    private async Task<long> TagAsync(JobsDbContext context, string caller, CancellationToken cancellationToken)
    {
        var head = await context.Jobs.Where(job => job.State == JobState.Queued).MinAsync(job => (long?)job.QueueTag, cancellationToken)
            ?? await context.Jobs.Where(job => job.StartedAt != null).MaxAsync(job => (long?)job.QueueTag, cancellationToken)
            ?? 0;
        var last = await context.Jobs
            .Where(job => job.Caller == caller && (job.State == JobState.Queued || job.StartedAt != null))
            .MaxAsync(job => (long?)job.QueueTag, cancellationToken);
        return last is null ? head : Math.Max(head, last.Value + (long)(CostPerJob / options.Value.Weights.GetValueOrDefault(caller, 1)));
    }
}
