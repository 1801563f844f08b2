using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using VideoGrain.Orchestrator.Options;
using VideoGrain.Orchestrator.Persistence;

namespace VideoGrain.Orchestrator.Jobs;

/// <summary>Hands jobs to workers, one worker each, and takes them back.</summary>
internal sealed class JobQueue(
    JobsDatabase database,
    JobSignals signals,
    IOptions<WorkerOptions> options,
    IOptions<RetentionOptions> retention,
    TimeProvider time)
{
    /// <summary>Gives the next job to <paramref name="owner"/>: first one whose worker fell silent, else the head of the queue. Null when there is none.</summary>
    public async Task<Job?> ClaimAsync(string owner, CancellationToken cancellationToken)
    {
        // Looking takes no lock: idle workers do not hold up submissions.
        while (await database.ReadAsync(IsThereWorkAsync, cancellationToken))
        {
            var job = await database.WriteAsync(context => ClaimAsync(context, owner, cancellationToken), cancellationToken);
            if (job is null)
                return null;

            signals.Changed(job.Id);
            if (!JobStateMachine.IsFinal(job.State))
                return job;
        }

        return null;

        async Task<bool> IsThereWorkAsync(JobsDbContext context) =>
            await Silent(context.Jobs, time.GetUtcNow()).AnyAsync(cancellationToken)
            || await context.Jobs.AnyAsync(job => job.State == JobState.Queued, cancellationToken);
    }

    /// <summary>Keeps a job. False when the lease is lost.</summary>
    public Task<bool> RenewAsync(JobLease lease, CancellationToken cancellationToken) =>
        database.WriteAsync(
            async context =>
            {
                if (await HeldAsync(context, lease, cancellationToken) is not { } job)
                    return false;

                job.Renew(time.GetUtcNow(), options.Value.LeaseDuration);
                return true;
            },
            cancellationToken);

    /// <summary>Puts a job back into the queue; a lost lease is no error, the job is in other hands then.</summary>
    public async Task ReleaseAsync(JobLease lease, CancellationToken cancellationToken)
    {
        var released = await database.WriteAsync(
            async context =>
            {
                var job = await HeldAsync(context, lease, cancellationToken);
                job?.Release(time.GetUtcNow());
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
                    job.Release(time.GetUtcNow());

                return held.Count;
            },
            cancellationToken);

    /// <summary>Fails the jobs that waited longer than their callers allowed. Returns their ids.</summary>
    public async Task<IReadOnlyList<string>> FailOverdueAsync(CancellationToken cancellationToken)
    {
        var failed = await database.WriteAsync(
            async context =>
            {
                var now = time.GetUtcNow();
                var overdue = await context.Jobs.Include(job => job.StageRuns)
                    .Where(job => job.State == JobState.Queued && job.QueueDeadline < now)
                    .ToListAsync(cancellationToken);
                foreach (var job in overdue)
                    job.Fail(JobFailures.DeadlineInQueue(job), now, retention.Value.KeepEndedJobs);

                return overdue.ConvertAll(job => job.Id);
            },
            cancellationToken);
        failed.ForEach(signals.Changed);
        return failed;
    }

    internal static Task<Job?> HeldAsync(JobsDbContext context, JobLease lease, CancellationToken cancellationToken) =>
        context.Jobs.Include(job => job.StageRuns).SingleOrDefaultAsync(
            job => job.Id == lease.JobId && job.FencingToken == lease.Token && job.State > JobState.Queued && job.State < JobState.Succeeded,
            cancellationToken);

    // Jobs whose worker has not been heard of for longer than its lease.
    private static IQueryable<Job> Silent(IQueryable<Job> jobs, DateTimeOffset now) =>
        jobs.Where(job => job.State > JobState.Queued && job.State < JobState.Succeeded && job.LeaseExpiresAt < now);

    private async Task<Job?> ClaimAsync(JobsDbContext context, string owner, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var jobs = context.Jobs.Include(job => job.StageRuns);
        var next = await Silent(jobs, now)
                .OrderBy(job => job.QueueTag).ThenBy(job => job.Id)
                .FirstOrDefaultAsync(cancellationToken)
            ?? await jobs
                .Where(job => job.State == JobState.Queued)
                .OrderBy(job => job.QueueTag).ThenBy(job => job.Id)
                .FirstOrDefaultAsync(cancellationToken);
        if (next is null)
            return null;

        if (next.QueueDeadline < now)
            next.Fail(JobFailures.DeadlineInQueue(next), now, retention.Value.KeepEndedJobs);
        else if (next.FruitlessAttempts >= options.Value.MaxFruitlessAttempts)
            next.Fail(JobFailures.AttemptsExhausted(next), now, retention.Value.KeepEndedJobs);
        else
            next.Claim(owner, now, options.Value.LeaseDuration);

        return next;
    }
}
