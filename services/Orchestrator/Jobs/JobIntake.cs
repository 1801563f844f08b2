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
        database.ReadAsync(async context => Admit(await StandingAsync(context, caller, cancellationToken), caller), cancellationToken);

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

                var standing = await StandingAsync(context, submission.Caller, cancellationToken);
                var outcome = Admit(standing, submission.Caller);
                if (outcome != SubmitOutcome.Accepted)
                    return (outcome, (Job?)null);

                var job = Job.Submit(submission, Tag(standing, submission.Caller), time.GetUtcNow());
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

    // One question, because it is asked while all other submissions wait.
    private static Task<Standing> StandingAsync(JobsDbContext context, string caller, CancellationToken cancellationToken) =>
        context.OneRow
            .Select(_ => new Standing(
                context.Jobs.Count(job => job.State == JobState.Queued),
                context.Jobs.Count(job => job.Caller == caller && job.State < JobState.Succeeded),
                context.Jobs.Where(job => job.State == JobState.Queued).Min(job => (long?)job.QueueTag)
                    ?? context.Jobs.Where(job => job.StartedAt != null).Max(job => (long?)job.QueueTag)
                    ?? 0,
                context.Jobs.Where(job => job.Caller == caller && (job.State == JobState.Queued || job.StartedAt != null)).Max(job => (long?)job.QueueTag)))
            .SingleAsync(cancellationToken);

    private SubmitOutcome Admit(Standing standing, string caller)
    {
        if (standing.Queued >= options.Value.MaxQueued)
            return SubmitOutcome.QueueFull;

        return standing.Unfinished >= options.Value.QuotaOf(caller) ? SubmitOutcome.CallerLimitExceeded : SubmitOutcome.Accepted;
    }

    // Start-time fair queueing: a caller's next job stands one cost behind its last that was or will be worked on, but never before the head of the
    // queue. So callers take turns however many jobs each has queued, one that submits a job at a time has no more of them, and nobody
    // saves up turns while idle.
    private long Tag(Standing standing, string caller) => standing.Last is { } last
        ? Math.Max(standing.Head, last + (long)(CostPerJob / options.Value.Weights.GetValueOrDefault(caller, 1)))
        : standing.Head;

    // What a submission meets.
    // Queued: jobs in the queue. Unfinished: the caller's jobs that have not ended. Head: where the queue stands. Last: the tag of the caller's last job that was or will be worked on.
    private sealed record Standing(int Queued, int Unfinished, long Head, long? Last);
}
