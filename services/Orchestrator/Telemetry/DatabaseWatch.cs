using System.Data.Common;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore.Diagnostics;
using VideoGrain.Orchestrator.Persistence;

namespace VideoGrain.Orchestrator.Telemetry;

/// <summary>
/// Sees whether the database answers, from every connection and command. Whatever it says about the question itself, such as a broken constraint or
/// a transaction to be tried again, is an answer too.
/// </summary>
internal sealed class DatabaseWatch(OrchestratorInstruments instruments) : IDbConnectionInterceptor, IDbCommandInterceptor
{
    // SQLITE_READONLY, SQLITE_IOERR, SQLITE_CORRUPT, SQLITE_CANTOPEN, SQLITE_NOTADB.
    private static readonly int[] SqliteLost = [8, 10, 11, 14, 26];

    public void ConnectionOpened(DbConnection connection, ConnectionEndEventData eventData) => instruments.DatabaseAnswered();

    public Task ConnectionOpenedAsync(DbConnection connection, ConnectionEndEventData eventData, CancellationToken cancellationToken = default)
    {
        instruments.DatabaseAnswered();
        return Task.CompletedTask;
    }

    public void ConnectionFailed(DbConnection connection, ConnectionErrorEventData eventData) => Failed(eventData.Exception);

    public Task ConnectionFailedAsync(DbConnection connection, ConnectionErrorEventData eventData, CancellationToken cancellationToken = default)
    {
        Failed(eventData.Exception);
        return Task.CompletedTask;
    }

    public void CommandFailed(DbCommand command, CommandErrorEventData eventData) => Failed(eventData.Exception);

    public Task CommandFailedAsync(DbCommand command, CommandErrorEventData eventData, CancellationToken cancellationToken = default)
    {
        Failed(eventData.Exception);
        return Task.CompletedTask;
    }

    private void Failed(Exception exception)
    {
        if (DatabaseErrors.IsUnavailable(exception) || DatabaseErrors.IsFull(exception) || (exception is SqliteException sqlite && SqliteLost.Contains(sqlite.SqliteErrorCode)))
            instruments.DatabaseFailed();
    }
}
