using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using VideoGrain.Orchestrator.Artifacts;
using VideoGrain.Orchestrator.Options;
using VideoGrain.Orchestrator.Persistence;

namespace VideoGrain.Orchestrator.Jobs;

/// <summary>Removes bytes that no job and no cache entry refers to any more.</summary>
internal sealed class ArtifactCollector(IArtifactStore store, JobsDatabase database, IOptions<RetentionOptions> options, TimeProvider time)
{
    /// <summary>Deletes those of the given artifacts that have become unreferenced. Returns how many went.</summary>
    public async Task<int> CollectAsync(IEnumerable<ArtifactDigest> candidates, CancellationToken cancellationToken)
    {
        var deleted = 0;
        foreach (var digest in candidates.Distinct())
        {
            if (await store.TryDeleteAsync(digest, IsReferencedAsync, cancellationToken))
                deleted++;
        }

        return deleted;
    }

    /// <summary>Looks through the whole store for what a crash left behind. Returns how many artifacts and half-written files went.</summary>
    public async Task<int> CollectOrphansAsync(CancellationToken cancellationToken)
    {
        var deleted = await store.RemoveAbandonedAsync(cancellationToken);
        await foreach (var digest in store.ListAsync(time.GetUtcNow() - options.Value.OrphanAge, cancellationToken))
            deleted += await CollectAsync([digest], cancellationToken);

        return deleted;
    }

    private async ValueTask<bool> IsReferencedAsync(ArtifactDigest digest, CancellationToken cancellationToken) =>
        await database.ReadAsync(
            async context =>
                await context.Artifacts.AnyAsync(artifact => artifact.Digest == digest, cancellationToken)
                || await context.CacheArtifacts.AnyAsync(artifact => artifact.Digest == digest, cancellationToken),
            cancellationToken);
}
