using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using VideoGrain.Orchestrator.Options;
using VideoGrain.Orchestrator.Persistence;
using VideoGrain.Protos.V1;

namespace VideoGrain.Orchestrator.Jobs;

/// <summary>Hands jobs to workers, one worker each, and takes them back. Workers of several replicas pass over the jobs that another is just claiming.</summary>
internal sealed class JobQueue(
    JobsDatabase database,
    JobSignals signals,
    IOptions<WorkerOptions> options,
    IOptions<RetentionOptions> retention,
    LeaseClock clock)
{
    // Overdue jobs that one transaction fails.
    private const int MaxOverdue = 100;

    /// <summary>A job was failed instead of given to a worker; tells the job and the reason.</summary>
    public event Action<Job, string>? GivenUp;

    /// <summary>Gives the next job to <paramref name="owner"/>: first one whose worker fell silent, else the head of the queue. Null when there is none.</summary>
    public async Task<Job?> ClaimAsync(string owner, CancellationToken cancellationToken)
    {
        // Looking takes no lock: idle workers do not hold up submissions.
        while (await database.ReadAsync(LookAsync, cancellationToken) is { IsAny: true } work)
        {
            var job = await database.WriteAsync(context => ClaimAsync(context, owner, work.Silent, cancellationToken), cancellationToken);
            if (job is null)
                return null;

            signals.Changed(job.Id);
            if (!JobStateMachine.IsFinal(job.State))
                return job;

            GaveUp(job);
        }

        return null;

        Task<Work> LookAsync(JobsDbContext context)
        {
            var silent = Silent(context.Jobs, clock.Now);
            return context.OneRow.Select(_ => new Work(silent.Any(), context.Jobs.Any(job => job.State == JobState.Queued))).SingleAsync(cancellationToken);
        }
    }

    /// <summary>Keeps a job. False when the lease is lost.</summary>
    public Task<bool> RenewAsync(JobLease lease, CancellationToken cancellationToken) =>
        database.WriteAsync(
            async context =>
            {
                if (await HeldAsync(context, lease, cancellationToken) is not { } job)
                    return false;

                job.Renew(clock.Now, options.Value.LeaseDuration);
                return true;
            },
            cancellationToken);

    /// <summary>Puts a job back into the queue; a lost lease is no error, the job is in other hands then.</summary>
    /// <param name="lease">The job.</param>
    /// <param name="counts">Whether the attempt is one of those that may be fruitless.</param>
    /// <param name="cancellationToken">Ends the wait for the database.</param>
    public async Task ReleaseAsync(JobLease lease, bool counts, CancellationToken cancellationToken)
    {
        var released = await database.WriteAsync(
            async context =>
            {
                var job = await HeldAsync(context, lease, cancellationToken);
                job?.Release(clock.Now, counts);
                return job is not null;
            },
            cancellationToken);
        if (!released)
            return;

        signals.Changed(lease.JobId);
        signals.WorkArrived();
    }

    /// <summary>Puts back every job that is held by anybody. For a process that knows it is alone, such as one that has just locked its data folder.</summary>
    /// <returns>The number of jobs put back.</returns>
    public Task<int> ReleaseAllAsync(CancellationToken cancellationToken) =>
        database.WriteAsync(
            async context =>
            {
                var held = await context.Jobs.Include(job => job.StageRuns)
                    .Where(job => job.State > JobState.Queued && job.State < JobState.Succeeded)
                    .ToListAsync(cancellationToken);
                foreach (var job in held)
                    job.Release(clock.Now);

                return held.Count;
            },
            cancellationToken);

    /// <summary>Fails the jobs that waited longer than their callers allowed. Returns their ids.</summary>
    public async Task<IReadOnlyList<string>> FailOverdueAsync(CancellationToken cancellationToken)
    {
        var failed = await database.WriteAsync(
            async context =>
            {
                var now = clock.Now;
                var ids = await context.Jobs
                    .Where(job => job.State == JobState.Queued && job.QueueDeadline < now)
                    .OrderBy(job => job.QueueTag).ThenBy(job => job.Id)
                    .Select(job => job.Id).Take(MaxOverdue)
                    .ForUpdateSkipLocked()
                    .ToListAsync(cancellationToken);
                var overdue = await context.Jobs.Include(job => job.StageRuns).Where(job => ids.Contains(job.Id)).ToListAsync(cancellationToken);
                foreach (var job in overdue)
                    job.Fail(JobFailures.DeadlineInQueue(job), now, retention.Value.KeepEndedJobs);

                return overdue;
            },
            cancellationToken);
        foreach (var job in failed)
        {
            signals.Changed(job.Id);
            GaveUp(job);
        }

        return failed.ConvertAll(job => job.Id);
    }

    /// <summary>The job of a lease, locked until the transaction ends; null when the lease is lost.</summary>
    internal static async Task<Job?> HeldAsync(JobsDbContext context, JobLease lease, CancellationToken cancellationToken)
    {
        var job = await LockedAsync(context, lease.JobId, cancellationToken);
        return job is not null && job.FencingToken == lease.Token && JobStateMachine.IsRunning(job.State) ? job : null;
    }

    /// <summary>A job with its stage times, locked until the transaction ends; null when there is none.</summary>
    internal static async Task<Job?> LockedAsync(JobsDbContext context, string jobId, CancellationToken cancellationToken)
    {
        var job = await context.Jobs.Where(job => job.Id == jobId).ForUpdate().SingleOrDefaultAsync(cancellationToken);
        if (job is not null)
            await context.Entry(job).Collection(row => row.StageRuns).LoadAsync(cancellationToken);

        return job;
    }

    // Jobs whose worker has not been heard of for longer than its lease.
    private static IQueryable<Job> Silent(IQueryable<Job> jobs, DateTimeOffset now) =>
        jobs.Where(job => job.State > JobState.Queued && job.State < JobState.Succeeded && job.LeaseExpiresAt < now);

    private void GaveUp(Job job) => GivenUp?.Invoke(job, EditFailure.Parser.ParseFrom(job.Failure).Reason);

    private async Task<Job?> ClaimAsync(JobsDbContext context, string owner, bool isAnySilent, CancellationToken cancellationToken)
    {
        var now = clock.Now;
        var next = isAnySilent
            ? await Silent(context.Jobs, now).OrderBy(job => job.QueueTag).ThenBy(job => job.Id).ForUpdateSkipLocked().FirstOrDefaultAsync(cancellationToken)
            : null;
        next ??= await NextQueuedAsync(context, cancellationToken);
        if (next is null)
            return null;

        // A job that no worker has had yet has spent no time in any stage.
        if (next.Attempts > 0)
            await context.Entry(next).Collection(job => job.StageRuns).LoadAsync(cancellationToken);

        if (next.QueueDeadline < now)
            next.Fail(JobFailures.DeadlineInQueue(next), now, retention.Value.KeepEndedJobs);
        else if (next.FruitlessAttempts >= options.Value.MaxFruitlessAttempts)
            next.Fail(JobFailures.AttemptsExhausted(next), now, retention.Value.KeepEndedJobs);
        else
            next.Claim(owner, now, options.Value.LeaseDuration);

        return next;
    }

    // The head of the queue says whose turn it is; which of that caller's jobs takes it, their priorities say. Both change places, so that the
    // caller has no more turns than before.
    private static async Task<Job?> NextQueuedAsync(JobsDbContext context, CancellationToken cancellationToken)
    {
        var queued = context.Jobs.Where(job => job.State == JobState.Queued);
        var head = await queued
            .OrderBy(job => job.QueueTag).ThenBy(job => job.Id)
            .Select(job => new { Job = job, HasMoreUrgent = queued.Any(other => other.Caller == job.Caller && other.Priority > job.Priority) })
            .ForUpdateSkipLocked()
            .FirstOrDefaultAsync(cancellationToken);
        if (head is not { HasMoreUrgent: true })
            return head?.Job;

        var urgent = await queued
            .Where(job => job.Caller == head.Job.Caller && job.Priority > head.Job.Priority)
            .OrderByDescending(job => job.Priority).ThenBy(job => job.QueueTag).ThenBy(job => job.Id)
            .ForUpdateSkipLocked()
            .FirstOrDefaultAsync(cancellationToken);
        if (urgent is null)
            return head.Job;

        head.Job.ChangePlaces(urgent);
        return urgent;
    }

    // What there is to claim: jobs whose worker fell silent, and jobs in the queue.
    private sealed record Work(bool Silent, bool Queued)
    {
        public bool IsAny => Silent || Queued;
    }
}
