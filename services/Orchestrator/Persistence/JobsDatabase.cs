using Microsoft.EntityFrameworkCore;

namespace VideoGrain.Orchestrator.Persistence;

/// <summary>
/// The way to the tables. A write is one transaction: it happens as a whole and is on disk when the call returns, or it did not happen.
/// Writes of this process take turns, because SQLite has one writer and its own waiting is a coarse poll.
/// </summary>
internal sealed class JobsDatabase(IDbContextFactory<JobsDbContext> contexts) : IDisposable
{
    // Another process changing the same row between read and write is rare; this many times in a row it means something is wrong.
    private const int MaxConflicts = 8;
    private readonly SemaphoreSlim _turn = new(1, 1);

    /// <summary>Brings the tables to this version.</summary>
    public async Task MigrateAsync(CancellationToken cancellationToken)
    {
        await using var context = await contexts.CreateDbContextAsync(cancellationToken);
        await context.Database.MigrateAsync(cancellationToken);
    }

    /// <summary>Runs a query; what it returns is not tracked.</summary>
    public async Task<T> ReadAsync<T>(Func<JobsDbContext, Task<T>> query, CancellationToken cancellationToken)
    {
        await using var context = await contexts.CreateDbContextAsync(cancellationToken);
        context.ChangeTracker.QueryTrackingBehavior = QueryTrackingBehavior.NoTracking;
        return await query(context);
    }

    /// <summary>Runs a change in one transaction and commits it. The change may run again after a conflict with another process.</summary>
    public async Task<T> WriteAsync<T>(Func<JobsDbContext, Task<T>> change, CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken);
        try
        {
            for (var conflicts = 0; ; conflicts++)
            {
                try
                {
                    return await TryWriteAsync(change, cancellationToken);
                }
                catch (DbUpdateConcurrencyException) when (conflicts < MaxConflicts)
                {
                    // The next round reads the row as the other process left it.
                }
            }
        }
        finally
        {
            _turn.Release();
        }
    }

    public void Dispose() => _turn.Dispose();

    private async Task<T> TryWriteAsync<T>(Func<JobsDbContext, Task<T>> change, CancellationToken cancellationToken)
    {
        await using var context = await contexts.CreateDbContextAsync(cancellationToken);
        await using var transaction = await context.Database.BeginTransactionAsync(cancellationToken);
        var result = await change(context);
        await context.SaveChangesAsync(cancellationToken);

        // From here on the caller must learn the outcome, so a cancellation comes too late.
        await transaction.CommitAsync(CancellationToken.None);
        return result;
    }
}
