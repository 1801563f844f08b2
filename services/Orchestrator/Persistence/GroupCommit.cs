using System.Collections.Concurrent;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;

namespace VideoGrain.Orchestrator.Persistence;

/// <summary>
/// Writes to SQLite, which has one writer: changes that wait while another is being synced are committed together with one sync. Each is whole or
/// absent on its own, and no caller goes on before its change is on disk. The write-ahead log is moved into the database beside the commits,
/// not within one.
/// </summary>
internal sealed class GroupCommit(IDbContextFactory<JobsDbContext> contexts) : IDisposable
{
    private const int MaxTogether = 64;
    private const int CommitsPerCheckpoint = 200;
    private const string Savepoint = "change";
    private readonly SemaphoreSlim _turn = new(1, 1);
    private readonly ConcurrentQueue<PendingWrite> _waiting = new();
    private int _commits;
    private Task _checkpoint = Task.CompletedTask;

    /// <summary>Makes a change; returns when it is on disk.</summary>
    public async Task<T> WriteAsync<T>(Func<JobsDbContext, Task<T>> change, CancellationToken cancellationToken)
    {
        var write = new PendingWrite<T>(change);
        _waiting.Enqueue(write);
        try
        {
            await _turn.WaitAsync(cancellationToken);
        }
        catch (OperationCanceledException)
        {
            if (write.TryWithdraw())
                throw;

            // Another caller is committing it; the outcome must be told.
            return await write.Result;
        }

        try
        {
            while (!write.IsTaken)
                await CommitWaitingAsync();
        }
        finally
        {
            _turn.Release();
        }

        return await write.Result;
    }

    /// <summary>
    /// Moves the whole write-ahead log into the database and cuts it to nothing, so that what was overwritten there is nowhere else. False when a reader
    /// or a checkpoint was in the way.
    /// </summary>
    public async Task<bool> EmptyLogAsync(CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken);
        try
        {
            await using var context = await contexts.CreateDbContextAsync(cancellationToken);
            await context.Database.OpenConnectionAsync(cancellationToken);
            await using var command = context.Database.GetDbConnection().CreateCommand();
            command.CommandText = "PRAGMA wal_checkpoint(TRUNCATE)";

            // The first of three columns tells whether something was in the way.
            return await command.ExecuteScalarAsync(cancellationToken) is 0L;
        }
        finally
        {
            _turn.Release();
        }
    }

    public void Dispose()
    {
        _checkpoint.ContinueWith(_ => { }, TaskScheduler.Default).Wait();
        _turn.Dispose();
    }

    private async Task CommitWaitingAsync()
    {
        var writes = new List<PendingWrite>();
        while (writes.Count < MaxTogether && _waiting.TryDequeue(out var next))
        {
            if (next.TryTake())
                writes.Add(next);
        }

        if (writes.Count == 0)
            return;

        try
        {
            await CommitAsync(writes);
        }
        catch (Exception exception)
        {
            writes.ForEach(write => write.Fail(exception));
            return;
        }

        writes.ForEach(write => write.Complete());
        if (++_commits >= CommitsPerCheckpoint && _checkpoint.IsCompleted)
        {
            _commits = 0;
            _checkpoint = Task.Run(CheckpointAsync);
        }
    }

    private async Task CommitAsync(List<PendingWrite> writes)
    {
        await using var context = await contexts.CreateDbContextAsync();
        await using var transaction = await context.Database.BeginTransactionAsync();
        context.Database.AutoSavepointsEnabled = false;
        var isWorthIt = false;
        foreach (var write in writes)
            isWorthIt |= writes.Count == 1 ? await write.RunAsync(context) : await RunAsync(context, transaction, write);

        // From here on the callers must learn the outcome, so a cancellation comes too late.
        if (isWorthIt)
            await transaction.CommitAsync();
    }

    private static async Task<bool> RunAsync(JobsDbContext context, IDbContextTransaction transaction, PendingWrite write)
    {
        await transaction.CreateSavepointAsync(Savepoint);
        var isKept = await write.RunAsync(context);
        if (!isKept)
            await transaction.RollbackToSavepointAsync(Savepoint);

        await transaction.ReleaseSavepointAsync(Savepoint);
        context.ChangeTracker.Clear();
        return isKept;
    }

    // Passive: waits for nobody, and nobody for it.
    private async Task CheckpointAsync()
    {
        await using var context = await contexts.CreateDbContextAsync();
        await context.Database.ExecuteSqlRawAsync("PRAGMA wal_checkpoint(PASSIVE)");
    }
}
