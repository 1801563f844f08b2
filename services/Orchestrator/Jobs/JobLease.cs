namespace VideoGrain.Orchestrator.Jobs;

/// <summary>
/// A worker's right to write to a job. Every write carries the token; once another worker has claimed the job, or it was cancelled,
/// the token is stale and the write is refused.
/// </summary>
/// <param name="JobId">The job.</param>
/// <param name="Token">The fencing token: greater with every claim of the job.</param>
public readonly record struct JobLease(string JobId, long Token);
