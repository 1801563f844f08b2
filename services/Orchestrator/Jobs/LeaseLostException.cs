namespace VideoGrain.Orchestrator.Jobs;

/// <summary>A worker tried to write to a job that is no longer its own: cancelled, deleted, or claimed by another.</summary>
/// <param name="lease">The stale lease.</param>
public sealed class LeaseLostException(JobLease lease) : Exception($"The lease on job {lease.JobId} (token {lease.Token}) is lost.")
{
    /// <summary>The stale lease.</summary>
    public JobLease Lease { get; } = lease;
}
