using VideoGrain.Orchestrator.Artifacts;
using VideoGrain.Orchestrator.Jobs;
using VideoGrain.Orchestrator.Telemetry;

namespace VideoGrain.Orchestrator.Execution;

/// <summary>
/// Results of stages that other jobs may use, as a job sees them: taken with a key that says what they depend on, checked before they are built on,
/// and kept under that key once computed. Without a key nothing is promised, and nothing is taken or kept.
/// </summary>
internal sealed partial class StageCache(ResultCache cache, IArtifactStore store, OrchestratorInstruments instruments, ILogger<StageCache> logger)
{
    /// <summary>Gives the job a result that an earlier job computed.</summary>
    /// <param name="job">The job.</param>
    /// <param name="kind">What the result is, for metrics.</param>
    /// <param name="key">What it depends on; null when that is not known.</param>
    /// <param name="names">The artifacts that it must have.</param>
    /// <param name="isWhole">Whether the job's present stage needs nothing else.</param>
    /// <returns>Whether the job has the result now.</returns>
    public async Task<bool> TryTakeAsync(JobContext job, string kind, string? key, IReadOnlyList<string> names, bool isWhole)
    {
        if (key is null)
            return false;

        var hit = await cache.TryTakeAsync(job.Job.Lease, key, job.Held, isWhole);
        if (hit)
        {
            await job.LoadAsync();
            hit = await AreSoundAsync(job, names);
            if (!hit)
                await cache.DropAsync(key, job.Held);
        }

        instruments.CacheAsked(kind, hit);
        return hit;
    }

    /// <summary>Keeps a result for others.</summary>
    /// <param name="job">The job that has it.</param>
    /// <param name="kind">What the result is.</param>
    /// <param name="key">What it depends on; null when that is not known.</param>
    /// <param name="names">Its artifacts, all of which the job has.</param>
    public async Task KeepAsync(JobContext job, string kind, string? key, IReadOnlyList<string> names)
    {
        if (key is not null)
            await cache.KeepAsync(key, kind, job.Job.Source, job.GetAll(names), job.Held);
    }

    /// <summary>
    /// Whether the job has these artifacts and their bytes are what they were. Damaged ones are dropped, so that they are computed again while
    /// that is possible.
    /// </summary>
    public async Task<bool> AreSoundAsync(JobContext job, IReadOnlyList<string> names)
    {
        if (!names.All(job.Has))
            return false;

        try
        {
            foreach (var name in names)
                await store.VerifyAsync(job.Get(name).Digest, job.Stop);

            return true;
        }
        catch (Exception exception) when (exception is ArtifactCorruptException or ArtifactMissingException)
        {
            Damaged(logger, job.Job.Id, exception.Message);
            instruments.Damaged();
            await job.DropAsync(names);
            return false;
        }
    }

    [LoggerMessage(LogLevel.Warning, "job {JobId}: {Problem}; what it belongs to is computed again")]
    private static partial void Damaged(ILogger logger, string jobId, string problem);
}
