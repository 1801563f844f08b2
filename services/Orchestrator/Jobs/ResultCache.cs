using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using VideoGrain.Orchestrator.Artifacts;
using VideoGrain.Orchestrator.Options;
using VideoGrain.Orchestrator.Persistence;

namespace VideoGrain.Orchestrator.Jobs;

/// <summary>
/// Results that depend only on what their key hashes, such as the inversion of a clip: the next job with the same key takes them instead
/// of computing them. Bounded in bytes; the least recently used go first.
/// </summary>
internal sealed class ResultCache(
    JobsDatabase database,
    ArtifactCollector collector,
    ArtifactGuard guard,
    IOptions<RetentionOptions> options,
    TimeProvider time)
{
    private const string MediaType = "application/octet-stream";

    /// <summary>Gives a cached result's artifacts to a job. False when there is none.</summary>
    /// <param name="lease">The job.</param>
    /// <param name="key">The result's key.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <param name="isWhole">Whether it is all that the job's present stage makes.</param>
    public Task<bool> TryTakeAsync(JobLease lease, string key, CancellationToken cancellationToken, bool isWhole = true) =>
        database.WriteAsync(
            async context =>
            {
                var entry = await context.CacheEntries.Include(entry => entry.Artifacts).SingleOrDefaultAsync(entry => entry.Key == key, cancellationToken);
                if (entry is null)
                    return false;

                var job = await JobQueue.HeldAsync(context, lease, cancellationToken) ?? throw new LeaseLostException(lease);
                var now = time.GetUtcNow();
                var names = entry.Artifacts.Select(artifact => artifact.Name).ToList();
                await context.Artifacts.Where(artifact => artifact.JobId == job.Id && names.Contains(artifact.Name)).LoadAsync(cancellationToken);
                foreach (var artifact in entry.Artifacts)
                    job.AddArtifact(new(artifact.Name, JobArtifactKind.Working, MediaType, new(artifact.Digest, artifact.Length)), now);

                if (isWhole)
                    job.MarkCached();

                entry.LastUsedAt = now;
                return true;
            },
            cancellationToken);

    /// <summary>Keeps a result for others; its artifacts are the job's own, so that they exist for as long as this takes.</summary>
    public async Task KeepAsync(string key, string kind, ArtifactDigest source, IReadOnlyCollection<JobArtifact> artifacts, CancellationToken cancellationToken)
    {
        var length = artifacts.Sum(artifact => artifact.Length);
        if (length > options.Value.MaxCacheBytes)
            return;

        var evicted = await database.WriteAsync(
            async context =>
            {
                if (database.IsShared)
                    await context.ShareArtifactsAsync([source, .. artifacts.Select(artifact => artifact.Digest)], cancellationToken);

                // Results go with the last job on their clip; nobody would remove one that comes later.
                if (await context.CacheEntries.AnyAsync(entry => entry.Key == key, cancellationToken) || !await context.Jobs.AnyAsync(job => job.Source == source, cancellationToken))
                    return [];

                await guard.HoldAsync(context, database.IsShared, [.. artifacts.Select(artifact => artifact.Digest)], cancellationToken);
                var freed = await EvictAsync(context, options.Value.MaxCacheBytes - length, cancellationToken);
                context.CacheEntries.Add(new CacheEntry
                {
                    Key = key,
                    Kind = kind,
                    Source = source,
                    Length = length,
                    LastUsedAt = time.GetUtcNow(),
                    Artifacts = [.. artifacts.Select(artifact => new CacheArtifact { Key = key, Name = artifact.Name, Digest = artifact.Digest, Length = artifact.Length })],
                });
                return freed;
            },
            cancellationToken);
        await collector.CollectAsync(evicted, cancellationToken);
    }

    /// <summary>Forgets a result that turned out to be damaged.</summary>
    public async Task DropAsync(string key, CancellationToken cancellationToken)
    {
        var freed = await database.WriteAsync(
            async context =>
            {
                var entries = await context.CacheEntries.Include(entry => entry.Artifacts).Where(entry => entry.Key == key).ToListAsync(cancellationToken);
                context.CacheEntries.RemoveRange(entries);
                return entries.SelectMany(entry => entry.Artifacts).Select(artifact => artifact.Digest).ToList();
            },
            cancellationToken);
        await collector.CollectAsync(freed, cancellationToken);
    }

    private static async Task<List<ArtifactDigest>> EvictAsync(JobsDbContext context, long room, CancellationToken cancellationToken)
    {
        var freed = new List<ArtifactDigest>();
        var excess = await context.CacheEntries.SumAsync(entry => entry.Length, cancellationToken) - room;
        if (excess <= 0)
            return freed;

        await foreach (var entry in context.CacheEntries.Include(entry => entry.Artifacts).OrderBy(entry => entry.LastUsedAt).AsAsyncEnumerable().WithCancellation(cancellationToken))
        {
            freed.AddRange(entry.Artifacts.Select(artifact => artifact.Digest));
            context.CacheEntries.Remove(entry);
            excess -= entry.Length;
            if (excess <= 0)
                break;
        }

        return freed;
    }
}
