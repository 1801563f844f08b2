using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging.Abstractions;

namespace VideoGrain.Orchestrator.Persistence;

/// <summary>
/// The way to the tables. A write is one transaction: it happens as a whole and is on disk when the call returns, or it did not happen. On
/// SQLite the writes of this process take turns and share syncs; on PostgreSQL they run side by side, among those of other replicas. A server
/// that is away for a moment is waited for.
/// </summary>
internal sealed partial class JobsDatabase : IDisposable
{
    // Two writers of one row are rare; this many times in a row it means something is wrong.
    private const int MaxConflicts = 8;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan FirstDelay = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan LongestDelay = TimeSpan.FromSeconds(1);
    private readonly IDbContextFactory<JobsDbContext> _contexts;
    private readonly TimeProvider _time;
    private readonly GroupCommit _sqlite;
    private readonly ILogger _logger;

    // True at first: the process before may have ended in between.
    private volatile bool _hasTraces = true;

    /// <summary>Opens the way; nothing is read yet.</summary>
    /// <param name="contexts">Makes contexts.</param>
    /// <param name="time">Measures the waits for a server that is away; null for the system's clock.</param>
    /// <param name="logger">Told of those waits; null for nobody.</param>
    public JobsDatabase(IDbContextFactory<JobsDbContext> contexts, TimeProvider? time = null, ILogger<JobsDatabase>? logger = null)
    {
        (_contexts, _time, _sqlite) = (contexts, time ?? TimeProvider.System, new GroupCommit(contexts));
        _logger = logger ?? NullLogger<JobsDatabase>.Instance;
        using var context = contexts.CreateDbContext();
        IsShared = context.Database.IsNpgsql();
    }

    /// <summary>Whether other processes may use the same tables.</summary>
    public bool IsShared { get; }

    /// <summary>Brings the tables to this version; of several replicas that start together, one does.</summary>
    public Task MigrateAsync(CancellationToken cancellationToken) => RideOutAsync(
        async () =>
        {
            await using var context = await _contexts.CreateDbContextAsync(cancellationToken);
            if (!IsShared)
            {
                // Entity Framework guards migrations of SQLite by a row, which outlives a process that dies meanwhile: the next one would wait for
                // ever. Nobody else migrates now, because whoever gets here holds the data folder.
                await context.Database.ExecuteSqlRawAsync("DROP TABLE IF EXISTS \"__EFMigrationsLock\"", cancellationToken);
                await context.Database.MigrateAsync(cancellationToken);
                return true;
            }

            await context.Database.OpenConnectionAsync(cancellationToken);
            await context.LockTablesAsync(cancellationToken);
            try
            {
                await context.Database.MigrateAsync(cancellationToken);
                return true;
            }
            finally
            {
                await context.UnlockTablesAsync();
            }
        },
        cancellationToken);

    /// <summary>Runs a query; what it returns is not tracked.</summary>
    /// <exception cref="DatabaseUnavailableException">The server is away.</exception>
    public Task<T> ReadAsync<T>(Func<JobsDbContext, Task<T>> query, CancellationToken cancellationToken) => RideOutAsync(
        async () =>
        {
            await using var context = await _contexts.CreateDbContextAsync(cancellationToken);
            context.ChangeTracker.QueryTrackingBehavior = QueryTrackingBehavior.NoTracking;
            return await query(context);
        },
        cancellationToken);

    /// <summary>The time by the database's clock, which all replicas share.</summary>
    public Task<DateTimeOffset> NowAsync(CancellationToken cancellationToken) => ReadAsync(
        async context => IsShared
            ? DateTimeOffset.UnixEpoch + TimeSpan.FromSeconds(await context.Database
                .SqlQuery<double>($"SELECT extract(epoch FROM clock_timestamp())::double precision AS \"Value\"")
                .SingleAsync(cancellationToken))
            : _time.GetUtcNow(),
        cancellationToken);

    /// <summary>Runs a change in one transaction and commits it. The change may run again after a conflict with another writer.</summary>
    /// <exception cref="DatabaseUnavailableException">The server is away; whether the change was made is unknown if it went away while committing.</exception>
    public Task<T> WriteAsync<T>(Func<JobsDbContext, Task<T>> change, CancellationToken cancellationToken) => !IsShared
        ? _sqlite.WriteAsync(change, cancellationToken)
        : WriteSharedAsync(
            async context =>
            {
                var result = await change(context);
                await context.SaveChangesAsync(cancellationToken);
                return (result, await CommitTicket.TakeAsync(context, cancellationToken));
            },
            cancellationToken);

    /// <summary>
    /// As <see cref="WriteAsync{T}"/>, for changes that count what is in the queue: no two of them run at a time, on any replica. They wait for
    /// each other's decisions, not for each other's syncs.
    /// </summary>
    /// <param name="beforehand">What the transaction does before its turn, such as waiting for something else.</param>
    /// <param name="change">The change.</param>
    /// <param name="cancellationToken">Ends the wait; a change that is being committed is not given up.</param>
    /// <exception cref="DatabaseUnavailableException">The server is away; whether the change was made is unknown if it went away while committing.</exception>
    public async Task<T> WriteInTurnAsync<T>(Func<JobsDbContext, Task> beforehand, Func<JobsDbContext, Task<T>> change, CancellationToken cancellationToken)
    {
        if (!IsShared)
        {
            return await _sqlite.WriteAsync(
                async context =>
                {
                    await beforehand(context);
                    return await change(context);
                },
                cancellationToken);
        }

        var result = await WriteSharedAsync(
            async context =>
            {
                await beforehand(context);

                // The turn passes on when the commit is written; the sync below brings it to disk, and that of others with it.
                var ticket = await context.TakeQueueTurnAsync(cancellationToken);
                var result = await change(context);
                await context.SaveChangesAsync(cancellationToken);
                return (result, (CommitTicket?)ticket);
            },
            cancellationToken);
        await RideOutAsync(SyncAsync, CancellationToken.None);
        return result;
    }

    /// <summary>Rows were deleted that nobody may read again, on the disk either.</summary>
    public void NoteDeletion() => _hasTraces = true;

    /// <summary>
    /// Removes what deleted rows have left on the disk: SQLite overwrites them in the database, and its log still has them as they were. When that is not
    /// possible now, the next call tries again. On PostgreSQL the server's vacuum does it.
    /// </summary>
    public async Task EraseTracesAsync(CancellationToken cancellationToken)
    {
        if (IsShared || !_hasTraces)
            return;

        // Before the log is emptied: what is deleted meanwhile leaves traces for the next call.
        _hasTraces = false;
        var isErased = false;
        try
        {
            isErased = await _sqlite.EmptyLogAsync(cancellationToken);
        }
        finally
        {
            if (!isErased)
                _hasTraces = true;
        }
    }

    public void Dispose() => _sqlite.Dispose();

    private Task<T> WriteSharedAsync<T>(Func<JobsDbContext, Task<(T Result, CommitTicket? Ticket)>> change, CancellationToken cancellationToken) => RideOutAsync(
        async () =>
        {
            for (var conflicts = 0; ; conflicts++)
            {
                try
                {
                    return await TryWriteAsync(change, cancellationToken);
                }
                catch (Exception exception) when (conflicts < MaxConflicts && DatabaseErrors.IsConflict(exception))
                {
                    // The next round reads the row as the other writer left it.
                }
            }
        },
        cancellationToken);

    // The change has been sent to the server when it returns; its ticket is null when it has written nothing.
    private async Task<T> TryWriteAsync<T>(Func<JobsDbContext, Task<(T Result, CommitTicket? Ticket)>> change, CancellationToken cancellationToken)
    {
        await using var context = await _contexts.CreateDbContextAsync(cancellationToken);
        await using var transaction = await context.Database.BeginTransactionAsync(cancellationToken);

        // A change that fails is made anew from its beginning.
        context.Database.AutoSavepointsEnabled = false;
        var (result, ticket) = await change(context);

        // From here on the caller must learn the outcome, so a cancellation comes too late.
        try
        {
            await transaction.CommitAsync(CancellationToken.None);
        }
        catch (Exception exception) when (ticket is not null && DatabaseErrors.IsUnavailable(exception))
        {
            if (!await WasCommittedAsync(ticket))
                throw;
        }

        return result;
    }

    private Task<bool> WasCommittedAsync(CommitTicket ticket) => RideOutAsync(
        async () =>
        {
            var started = _time.GetTimestamp();
            while (true)
            {
                await using var context = await _contexts.CreateDbContextAsync();
                if (await ticket.OutcomeAsync(context, CancellationToken.None) is { } outcome)
                    return outcome;
                if (_time.GetElapsedTime(started) > Patience)
                    throw new DatabaseUnavailableException("The database has not decided whether a change was made.", null);

                await Task.Delay(FirstDelay, _time, CancellationToken.None);
            }
        },
        CancellationToken.None);

    // A commit is synced up to its own place in the log, and so is all that was committed before it. It must write something for that.
    private async Task<bool> SyncAsync()
    {
        await using var context = await _contexts.CreateDbContextAsync();
        await context.Database.ExecuteSqlAsync($"SELECT pg_logical_emit_message(true, 'videograin', '')");
        return true;
    }

    private async Task<T> RideOutAsync<T>(Func<Task<T>> action, CancellationToken cancellationToken)
    {
        var started = _time.GetTimestamp();
        for (var delay = FirstDelay; ; delay = delay * 2 < LongestDelay ? delay * 2 : LongestDelay)
        {
            try
            {
                return await action();
            }
            catch (Exception exception) when (DatabaseErrors.IsUnavailable(exception))
            {
                if (_time.GetElapsedTime(started) > Patience)
                    throw new DatabaseUnavailableException("The database cannot be reached.", exception);

                Away(_logger, exception.GetBaseException().Message);
            }

            await Task.Delay(delay, _time, cancellationToken);
        }
    }

    [LoggerMessage(LogLevel.Warning, "the database is away, or was for a moment: {Problem}; trying again")]
    private static partial void Away(ILogger logger, string problem);
}
