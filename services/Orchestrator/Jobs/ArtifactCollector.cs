using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using VideoGrain.Orchestrator.Artifacts;
using VideoGrain.Orchestrator.Options;
using VideoGrain.Orchestrator.Persistence;

namespace VideoGrain.Orchestrator.Jobs;

/// <summary>Removes bytes that no job and no cache entry refers to any more.</summary>
internal sealed class ArtifactCollector(IArtifactStore store, JobsDatabase database, IOptions<RetentionOptions> options, TimeProvider time) : IDisposable
{
    // Other replicas' submissions store their bytes first and name them later: longer ago than any submission takes.
    private static readonly TimeSpan SharedOrphanAge = TimeSpan.FromHours(1);

    // Two collectors of the same bytes must not both leave them to the other.
    private readonly SemaphoreSlim _turn = new(1, 1);

    /// <summary>Deletes those of the given artifacts that have become unreferenced. Returns how many went.</summary>
    public async Task<int> CollectAsync(IEnumerable<ArtifactDigest> candidates, CancellationToken cancellationToken)
    {
        var deleted = 0;
        foreach (var digest in await UnnamedAsync([.. candidates.Distinct()], cancellationToken))
        {
            if (await TryDeleteAsync(digest, cancellationToken))
                deleted++;
        }

        return deleted;
    }

    /// <summary>Looks through the whole store for what a crash left behind. Returns how many artifacts and half-written files went.</summary>
    public async Task<int> CollectOrphansAsync(CancellationToken cancellationToken)
    {
        var deleted = await store.RemoveAbandonedAsync(cancellationToken);
        var age = options.Value.OrphanAge ?? (database.IsShared ? SharedOrphanAge : TimeSpan.Zero);
        await foreach (var digest in store.ListAsync(time.GetUtcNow() - age, cancellationToken))
            deleted += await CollectAsync([digest], cancellationToken);

        return deleted;
    }

    public void Dispose() => _turn.Dispose();

    // Most are named after all, and seeing that takes no lock: whoever takes the last name away collects after that.
    private async Task<IEnumerable<ArtifactDigest>> UnnamedAsync(IReadOnlyCollection<ArtifactDigest> candidates, CancellationToken cancellationToken)
    {
        if (candidates.Count == 0)
            return [];

        var named = await database.ReadAsync(
            context => context.Artifacts.Where(artifact => candidates.Contains(artifact.Digest)).Select(artifact => artifact.Digest)
                .Union(context.CacheArtifacts.Where(artifact => candidates.Contains(artifact.Digest)).Select(artifact => artifact.Digest))
                .ToListAsync(cancellationToken),
            cancellationToken);
        return candidates.Except(named);
    }

    private async Task<bool> TryDeleteAsync(ArtifactDigest digest, CancellationToken cancellationToken)
    {
        if (database.IsShared)
        {
            // Held until the bytes are gone, so that no replica names them meanwhile.
            return await database.WriteAsync(
                async context =>
                {
                    await context.OwnArtifactAsync(digest, cancellationToken);
                    return await store.TryDeleteAsync(digest, async (candidate, token) => await IsReferencedAsync(context, candidate, token), cancellationToken);
                },
                cancellationToken);
        }

        await _turn.WaitAsync(cancellationToken);
        try
        {
            return await store.TryDeleteAsync(
                digest, async (candidate, token) => await database.ReadAsync(context => IsReferencedAsync(context, candidate, token), token), cancellationToken);
        }
        finally
        {
            _turn.Release();
        }
    }

    private static async Task<bool> IsReferencedAsync(JobsDbContext context, ArtifactDigest digest, CancellationToken cancellationToken) =>
        await context.Artifacts.AnyAsync(artifact => artifact.Digest == digest, cancellationToken)
        || await context.CacheArtifacts.AnyAsync(artifact => artifact.Digest == digest, cancellationToken);
}
