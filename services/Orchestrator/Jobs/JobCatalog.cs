using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using VideoGrain.Orchestrator.Artifacts;
using VideoGrain.Orchestrator.Options;
using VideoGrain.Orchestrator.Persistence;

namespace VideoGrain.Orchestrator.Jobs;

/// <summary>What callers read about their jobs, and their cancelling and deleting. Another caller's job is as good as absent.</summary>
internal sealed class JobCatalog(JobsDatabase database, JobSignals signals, IOptions<RetentionOptions> retention, TimeProvider time)
{
    /// <summary>A job with its labels, stage times and artifacts; null when the caller has none of that id.</summary>
    public async Task<Job?> FindAsync(string caller, string jobId, CancellationToken cancellationToken) => !jobId.IsStorable()
        ? null
        : await database.ReadAsync(context => Whole(context).SingleOrDefaultAsync(job => job.Id == jobId && job.Caller == caller, cancellationToken), cancellationToken);

    /// <summary>Whether the caller has a job of that id.</summary>
    public async Task<bool> HasAsync(string caller, string jobId, CancellationToken cancellationToken) => jobId.IsStorable()
        && await database.ReadAsync(context => context.Jobs.AnyAsync(job => job.Id == jobId && job.Caller == caller, cancellationToken), cancellationToken);

    /// <summary>An artifact that callers may see; null when there is none.</summary>
    public async Task<JobArtifact?> FindArtifactAsync(string caller, string jobId, string name, CancellationToken cancellationToken) => !jobId.IsStorable() || !name.IsStorable()
        ? null
        : await database.ReadAsync(
            context => context.Artifacts.SingleOrDefaultAsync(
                artifact => artifact.JobId == jobId && artifact.Name == name && artifact.Kind < JobArtifactKind.Working
                    && context.Jobs.Any(job => job.Id == jobId && job.Caller == caller),
                cancellationToken),
            cancellationToken);

    /// <summary>Jobs that will be claimed before this queued one, as the queue is now.</summary>
    public Task<int> PositionAsync(Job job, CancellationToken cancellationToken) =>
        database.ReadAsync(
            async context =>
            {
                // The caller's jobs take its places in the order of their priorities.
                var queued = context.Jobs.Where(other => other.State == JobState.Queued);
                var own = queued.Where(other => other.Caller == job.Caller);
                var before = await own.CountAsync(
                    other => other.Priority > job.Priority
                        || (other.Priority == job.Priority
                            && (other.QueueTag < job.QueueTag || (other.QueueTag == job.QueueTag && other.Id.CompareTo(job.Id) < 0))),
                    cancellationToken);
                var place = await own.OrderBy(other => other.QueueTag).ThenBy(other => other.Id)
                    .Select(other => new { other.QueueTag, other.Id }).Skip(before)
                    .FirstOrDefaultAsync(cancellationToken);
                return place is null
                    ? before
                    : before + await queued.CountAsync(
                        other => other.Caller != job.Caller
                            && (other.QueueTag < place.QueueTag || (other.QueueTag == place.QueueTag && other.Id.CompareTo(place.Id) < 0)),
                        cancellationToken);
            },
            cancellationToken);

    /// <summary>A page of jobs, newest first.</summary>
    public Task<List<Job>> ListAsync(JobFilter filter, CancellationToken cancellationToken) =>
        database.ReadAsync(
            context =>
            {
                var jobs = Whole(context).Where(job => job.Caller == filter.Caller);
                if (filter.States.Count > 0)
                    jobs = jobs.Where(job => filter.States.Contains(job.State));
                if (filter.OnlyDeadLetters)
                    jobs = jobs.Where(job => job.IsDeadLetter);
                if (filter.SubmittedFrom is { } from)
                    jobs = jobs.Where(job => job.SubmittedAt >= from);
                if (filter.SubmittedBefore is { } before)
                    jobs = jobs.Where(job => job.SubmittedAt < before);
                if (filter.After is var (time, id))
                    jobs = jobs.Where(job => job.SubmittedAt < time || (job.SubmittedAt == time && job.Id.CompareTo(id) < 0));
                foreach (var (key, value) in filter.Labels)
                    jobs = jobs.Where(job => job.Labels.Any(label => label.Key == key && label.Value == value));

                return jobs.OrderByDescending(job => job.SubmittedAt).ThenByDescending(job => job.Id).Take(filter.Count).ToListAsync(cancellationToken);
            },
            cancellationToken);

    /// <summary>Events of a job after a sequence number, in order.</summary>
    public Task<List<JobEvent>> EventsAsync(string jobId, long after, int count, CancellationToken cancellationToken) =>
        database.ReadAsync(
            context => context.Events
                .Where(entry => entry.JobId == jobId && entry.Sequence > after)
                .OrderBy(entry => entry.Sequence).Take(count)
                .ToListAsync(cancellationToken),
            cancellationToken);

    /// <summary>Where a job stands and the number of its newest event; null when it is gone.</summary>
    public async Task<(JobState State, long LastSequence)?> StandingAsync(string jobId, CancellationToken cancellationToken) =>
        await database.ReadAsync(
            context => context.Jobs.Where(job => job.Id == jobId).Select(job => new { job.State, job.LastSequence }).SingleOrDefaultAsync(cancellationToken),
            cancellationToken) is { } found
            ? (found.State, found.LastSequence)
            : null;

    /// <summary>The queue as it is now, for the gauges.</summary>
    public Task<QueueSnapshot> SnapshotAsync(CancellationToken cancellationToken) =>
        database.ReadAsync(
            async context => new QueueSnapshot(
                await context.Jobs.GroupBy(job => job.State).Select(group => new { group.Key, Count = group.Count() })
                    .ToDictionaryAsync(group => group.Key, group => group.Count, cancellationToken),
                await context.Jobs.Where(job => job.State < JobState.Succeeded).GroupBy(job => job.Caller).Select(group => new { group.Key, Count = group.Count() })
                    .ToDictionaryAsync(group => group.Key, group => group.Count, cancellationToken),
                await context.Jobs.Where(job => job.State == JobState.Queued).OrderBy(job => job.StateSince).Select(job => (DateTimeOffset?)job.StateSince)
                    .FirstOrDefaultAsync(cancellationToken)),
            cancellationToken);

    /// <summary>
    /// Ends a job as cancelled, at once and for good: whatever its worker writes from here on is refused. A job that has ended stays as it is.
    /// </summary>
    /// <returns>Whether the job exists, and whether this call is what ended it.</returns>
    public async Task<(bool Found, bool Cancelled)> CancelAsync(string caller, string jobId, CancellationToken cancellationToken)
    {
        if (!jobId.IsStorable())
            return (false, false);

        var result = await database.WriteAsync(
            async context =>
            {
                var job = await JobQueue.LockedAsync(context, jobId, cancellationToken);
                if (job is null || job.Caller != caller)
                    return (false, false);
                if (JobStateMachine.IsFinal(job.State))
                    return (true, false);

                job.Cancel(time.GetUtcNow(), retention.Value.KeepEndedJobs);
                return (true, true);
            },
            cancellationToken);
        if (result.Item2)
            signals.Cancelled(jobId);

        return result;
    }

    /// <summary>
    /// Deletes an ended job with its history and names, and the cached results of its clip unless another job has the same clip.
    /// Null when there is no such job or it has not ended.
    /// </summary>
    /// <returns>The artifacts that may have become unreferenced.</returns>
    public async Task<IReadOnlyList<ArtifactDigest>?> DeleteAsync(string jobId, CancellationToken cancellationToken)
    {
        var orphans = await database.WriteAsync(
            async context =>
            {
                var job = await JobQueue.LockedAsync(context, jobId, cancellationToken);
                if (job is null || !JobStateMachine.IsFinal(job.State))
                    return null;

                // Of two replicas that delete the last two jobs of a clip, the second must see that it is the last.
                if (database.IsShared)
                    await context.OwnArtifactAsync(job.Source, cancellationToken);

                await context.Entry(job).Collection(row => row.Artifacts).LoadAsync(cancellationToken);
                var freed = job.Artifacts.Select(artifact => artifact.Digest).ToList();
                if (!await context.Jobs.AnyAsync(other => other.Source == job.Source && other.Id != jobId, cancellationToken))
                {
                    var cached = await context.CacheEntries.Include(entry => entry.Artifacts)
                        .Where(entry => entry.Source == job.Source)
                        .ToListAsync(cancellationToken);
                    freed.AddRange(cached.SelectMany(entry => entry.Artifacts).Select(artifact => artifact.Digest));
                    context.CacheEntries.RemoveRange(cached);
                }

                context.Jobs.Remove(job);
                return freed;
            },
            cancellationToken);
        if (orphans is null)
            return null;

        database.NoteDeletion();
        signals.Changed(jobId);
        return orphans;
    }

    /// <summary>Removes what deleted jobs have left on the disk, or leaves it to the next call.</summary>
    public Task EraseTracesAsync(CancellationToken cancellationToken) => database.EraseTracesAsync(cancellationToken);

    /// <summary>Ended jobs whose time is up.</summary>
    public Task<List<string>> ExpiredAsync(CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        return database.ReadAsync(
            context => context.Jobs.Where(job => job.ExpiresAt < now).Select(job => job.Id).ToListAsync(cancellationToken),
            cancellationToken);
    }

    /// <summary>Ended jobs that still have working artifacts or checkpoints.</summary>
    public Task<List<string>> UntidyAsync(CancellationToken cancellationToken) =>
        database.ReadAsync(
            context => context.Jobs
                .Where(job => job.State >= JobState.Succeeded && job.Artifacts.Any(artifact => artifact.Kind >= JobArtifactKind.Working))
                .Select(job => job.Id)
                .ToListAsync(cancellationToken),
            cancellationToken);

    /// <summary>Drops the working artifacts and checkpoints of a job if it has ended. Returns what may have become unreferenced.</summary>
    public Task<List<ArtifactDigest>> DropWorkingArtifactsAsync(string jobId, CancellationToken cancellationToken) =>
        database.WriteAsync(
            async context =>
            {
                var dropped = await context.Artifacts
                    .Where(artifact => artifact.JobId == jobId && artifact.Kind >= JobArtifactKind.Working
                        && context.Jobs.Any(job => job.Id == jobId && job.State >= JobState.Succeeded))
                    .ToListAsync(cancellationToken);
                context.Artifacts.RemoveRange(dropped);
                return dropped.ConvertAll(artifact => artifact.Digest);
            },
            cancellationToken);

    /// <summary>The number of the newest event of each of these jobs; jobs that are gone are missing.</summary>
    public Task<Dictionary<string, long>> SequencesAsync(IReadOnlyCollection<string> jobIds, CancellationToken cancellationToken) =>
        database.ReadAsync(
            context => context.Jobs.Where(job => jobIds.Contains(job.Id)).Select(job => new { job.Id, job.LastSequence })
                .ToDictionaryAsync(job => job.Id, job => job.LastSequence, cancellationToken),
            cancellationToken);

    private static IQueryable<Job> Whole(JobsDbContext context) =>
        context.Jobs.AsSplitQuery()
            .Include(job => job.Labels)
            .Include(job => job.StageRuns)
            .Include(job => job.Artifacts.Where(artifact => artifact.Kind < JobArtifactKind.Working));
}
