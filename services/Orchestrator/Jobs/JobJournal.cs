using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using VideoGrain.Orchestrator.Options;
using VideoGrain.Orchestrator.Persistence;
using VideoGrain.Protos.V1;

namespace VideoGrain.Orchestrator.Jobs;

/// <summary>
/// What a worker writes about the job it holds. Every method checks the lease in the transaction that writes, and throws
/// <see cref="LeaseLostException"/> when the job was cancelled, deleted or given to another worker.
/// </summary>
internal sealed class JobJournal(JobsDatabase database, JobSignals signals, ArtifactGuard guard, IOptions<RetentionOptions> retention, TimeProvider time)
{
    /// <summary>Goes on to the next stage.</summary>
    public Task AdvanceAsync(JobLease lease, JobState to, CancellationToken cancellationToken) =>
        WriteAsync(lease, (job, now) => job.Advance(to, now), cancellationToken);

    /// <summary>Records a finished step.</summary>
    public Task ReportAsync(JobLease lease, StageProgress progress, CancellationToken cancellationToken) =>
        WriteAsync(lease, (job, now) => job.Report(progress, now), cancellationToken);

    /// <summary>Records that a stage call failed and is made again.</summary>
    public Task RetryAsync(JobLease lease, StageRetry retry, CancellationToken cancellationToken) =>
        WriteAsync(lease, (job, now) => job.Retry(retry, now), cancellationToken);

    /// <summary>Adds what the caller should know.</summary>
    public Task WarnAsync(JobLease lease, IReadOnlyCollection<string> warnings, CancellationToken cancellationToken) =>
        WriteAsync(lease, (job, _) => job.Warn(warnings), cancellationToken);

    /// <summary>Ends the job with its result.</summary>
    public Task SucceedAsync(JobLease lease, CancellationToken cancellationToken) =>
        WriteAsync(lease, (job, now) => job.Succeed(now, retention.Value.KeepEndedJobs), cancellationToken);

    /// <summary>Ends the job with an error.</summary>
    public Task FailAsync(JobLease lease, EditFailure failure, CancellationToken cancellationToken) =>
        WriteAsync(lease, (job, now) => job.Fail(failure, now, retention.Value.KeepEndedJobs), cancellationToken);

    /// <summary>The job's artifacts, ordered by name.</summary>
    public Task<List<JobArtifact>> ArtifactsAsync(string jobId, CancellationToken cancellationToken) =>
        database.ReadAsync(
            context => context.Artifacts.Where(artifact => artifact.JobId == jobId).OrderBy(artifact => artifact.Name).ToListAsync(cancellationToken),
            cancellationToken);

    /// <summary>Names stored bytes, all in one transaction, and drops the names in <paramref name="obsolete"/>.</summary>
    /// <returns>The artifacts whose names were dropped or moved; their bytes may have to be collected.</returns>
    public async Task<IReadOnlyList<JobArtifact>> AddArtifactsAsync(
        JobLease lease,
        IReadOnlyCollection<NewArtifact> artifacts,
        IReadOnlyCollection<string> obsolete,
        CancellationToken cancellationToken)
    {
        var dropped = await database.WriteAsync(
            async context =>
            {
                var job = await JobQueue.HeldAsync(context, lease, cancellationToken) ?? throw new LeaseLostException(lease);
                await guard.HoldAsync(context, database.IsShared, [.. artifacts.Select(artifact => artifact.Reference.Digest)], cancellationToken);
                var names = artifacts.Select(artifact => artifact.Name).Concat(obsolete).ToList();
                var present = await context.Artifacts.AsNoTracking()
                    .Where(artifact => artifact.JobId == job.Id && names.Contains(artifact.Name))
                    .ToListAsync(cancellationToken);
                await context.Artifacts.Where(artifact => artifact.JobId == job.Id && names.Contains(artifact.Name)).LoadAsync(cancellationToken);
                var now = time.GetUtcNow();
                foreach (var artifact in artifacts)
                    job.AddArtifact(artifact, now);

                context.Artifacts.RemoveRange(job.Artifacts.Where(artifact => obsolete.Contains(artifact.Name)));
                if (artifacts.Any(artifact => artifact.Kind == JobArtifactKind.Checkpoint))
                    job.MarkFruitful();

                return present.FindAll(old => artifacts.All(artifact => artifact.Reference != old.Reference));
            },
            cancellationToken);
        signals.Changed(lease.JobId);
        return dropped;
    }

    private async Task WriteAsync(JobLease lease, Action<Job, DateTimeOffset> change, CancellationToken cancellationToken)
    {
        await database.WriteAsync(
            async context =>
            {
                var job = await JobQueue.HeldAsync(context, lease, cancellationToken) ?? throw new LeaseLostException(lease);
                change(job, time.GetUtcNow());
                return true;
            },
            cancellationToken);
        signals.Changed(lease.JobId);
    }
}
