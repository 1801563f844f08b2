using Grpc.Core;
using VideoGrain.Orchestrator.Artifacts;
using VideoGrain.Orchestrator.Persistence;
using VideoGrain.Orchestrator.Submission;
using VideoGrain.ServiceDefaults.Errors;

namespace VideoGrain.Orchestrator.Jobs;

/// <summary>
/// Settles between replicas what pins settle within a process: bytes that a transaction is about to name are not deleted by another replica, which
/// may just have seen that nobody names them. Whoever comes second notices.
/// </summary>
internal sealed class ArtifactGuard(IArtifactStore store)
{
    private static readonly TimeSpan RetryAfter = TimeSpan.FromMilliseconds(100);

    /// <summary>Makes sure that bytes are there, and stay until the transaction ends. Nothing to do where one process has the store to itself.</summary>
    /// <exception cref="VideoGrainException">ABORTED: another replica has just deleted them; store them again.</exception>
    public async Task HoldAsync(JobsDbContext context, bool isShared, IReadOnlyCollection<ArtifactDigest> digests, CancellationToken cancellationToken)
    {
        if (!isShared || digests.Count == 0)
            return;

        await context.ShareArtifactsAsync(digests, cancellationToken);
        foreach (var digest in digests)
        {
            if (await store.GetLengthAsync(digest, cancellationToken) is null)
                throw new VideoGrainException(StatusCode.Aborted, SubmissionReasons.StorageConflict, "stored bytes were cleared away at the same moment") { RetryAfter = RetryAfter };
        }
    }
}
