using System.Data.Common;
using Microsoft.EntityFrameworkCore.Diagnostics;

namespace VideoGrain.Orchestrator.Persistence;

/// <summary>Sets up every SQLite connection: readers beside one writer, every commit synced, deleted rows overwritten.</summary>
internal sealed class SqlitePragmas : DbConnectionInterceptor
{
    // The log is moved into the database beside the commits (see GroupCommit); the limit here, in pages of 4 KiB, is for when that fails.
    private const string Pragmas = "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA secure_delete = ON; PRAGMA wal_autocheckpoint = 16384;";

    public override void ConnectionOpened(DbConnection connection, ConnectionEndEventData eventData)
    {
        using var command = connection.CreateCommand();
        command.CommandText = Pragmas;
        command.ExecuteNonQuery();
    }

    public override async Task ConnectionOpenedAsync(DbConnection connection, ConnectionEndEventData eventData, CancellationToken cancellationToken = default)
    {
        await using var command = connection.CreateCommand();
        command.CommandText = Pragmas;
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
