using System.Buffers.Binary;
using Microsoft.EntityFrameworkCore;
using VideoGrain.Orchestrator.Artifacts;

namespace VideoGrain.Orchestrator.Persistence;

/// <summary>
/// What the replicas on one PostgreSQL database agree about beyond single rows, by advisory locks that end with the transaction.
/// On SQLite, which one process has to itself, these do nothing.
/// </summary>
internal static class SharedLocks
{
    private const long QueueKey = 0x5647_0000_0000_0001;
    private const long TablesKey = 0x5647_0000_0000_0002;

    /// <summary>
    /// Makes admissions wait for each other, so that none overruns a limit that another is about to reach. The transaction's commit will be written but
    /// not synced: whoever relies on it syncs afterwards, when others have their turn. All of it is one message to the server.
    /// </summary>
    /// <returns>The ticket of the transaction.</returns>
    public static async Task<CommitTicket> TakeQueueTurnAsync(this JobsDbContext context, CancellationToken cancellationToken)
    {
        var numbers = await context.Database
            .SqlQuery<string>($"SET LOCAL synchronous_commit = off; SELECT pg_current_xact_id()::text AS \"Value\" FROM pg_advisory_xact_lock({QueueKey})")
            .ToListAsync(cancellationToken);
        return new CommitTicket(numbers.Single());
    }

    /// <summary>Makes the next migration wait until this connection ends.</summary>
    public static Task LockTablesAsync(this JobsDbContext context, CancellationToken cancellationToken) =>
        context.Database.ExecuteSqlAsync($"SELECT pg_advisory_lock({TablesKey})", cancellationToken);

    /// <summary>Lets the next migration begin.</summary>
    public static Task UnlockTablesAsync(this JobsDbContext context) =>
        context.Database.ExecuteSqlAsync($"SELECT pg_advisory_unlock({TablesKey})", CancellationToken.None);

    /// <summary>Keeps artifacts from being deleted by other replicas until the transaction ends; waits for deletions under way.</summary>
    public static Task ShareArtifactsAsync(this JobsDbContext context, IEnumerable<ArtifactDigest> digests, CancellationToken cancellationToken)
    {
        // In one order everywhere, so that two transactions cannot wait for each other.
        var keys = digests.Select(KeyOf).Distinct().Order().ToArray();
        return keys.Length == 0
            ? Task.CompletedTask
            : context.Database.ExecuteSqlAsync($"SELECT pg_advisory_xact_lock_shared(key) FROM unnest({keys}) AS key", cancellationToken);
    }

    /// <summary>
    /// Takes an artifact for deletion until the transaction ends, after all who are about to refer to it or to delete it: none of them may leave it to
    /// another who has already looked.
    /// </summary>
    public static Task OwnArtifactAsync(this JobsDbContext context, ArtifactDigest digest, CancellationToken cancellationToken) =>
        context.Database.ExecuteSqlAsync($"SELECT pg_advisory_xact_lock({KeyOf(digest)})", cancellationToken);

    // Two artifacts with one key would only wait for each other.
    private static long KeyOf(ArtifactDigest digest) => BinaryPrimitives.ReadInt64BigEndian(Convert.FromHexString(digest.Hex).AsSpan(0, sizeof(long)));
}
