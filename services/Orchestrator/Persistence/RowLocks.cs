using Microsoft.EntityFrameworkCore;

namespace VideoGrain.Orchestrator.Persistence;

/// <summary>
/// Marks queries whose rows the transaction keeps for itself. PostgreSQL locks the rows; SQLite, where a transaction that writes is alone, need not.
/// </summary>
internal static class RowLocks
{
    /// <summary>Mark of a query that waits for rows others hold.</summary>
    public const string WaitTag = "rows: FOR UPDATE";

    /// <summary>Mark of a query that passes over rows others hold.</summary>
    public const string SkipTag = "rows: FOR UPDATE SKIP LOCKED";

    /// <summary>Locks the rows of a query, after whoever holds them now.</summary>
    public static IQueryable<T> ForUpdate<T>(this IQueryable<T> query) => query.TagWith(WaitTag);

    /// <summary>Locks those rows of a query that nobody holds now; the others are as good as absent.</summary>
    public static IQueryable<T> ForUpdateSkipLocked<T>(this IQueryable<T> query) => query.TagWith(SkipTag);
}
