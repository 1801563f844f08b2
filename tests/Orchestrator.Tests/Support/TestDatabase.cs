using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Npgsql;
using VideoGrain.Orchestrator.Options;
using VideoGrain.Orchestrator.Persistence;

namespace VideoGrain.Orchestrator.Tests.Support;

/// <summary>An empty database of a test's own.</summary>
internal sealed class TestDatabase : IDisposable
{
    private readonly DatabaseKind _kind;
    private readonly Action<string> _giveBack;

    private TestDatabase(DatabaseKind kind, string connectionString, Action<string> giveBack) =>
        (_kind, ConnectionString, _giveBack) = (kind, connectionString, giveBack);

    /// <summary>How to reach it; for SQLite the file's path.</summary>
    public string ConnectionString { get; }

    public static TestDatabase Sqlite(TempFolder folder) => new(DatabaseKind.Sqlite, Path.Combine(folder.Path, "orchestrator.db"), _ => { });

    /// <summary>A database on a server.</summary>
    /// <param name="connectionString">How to reach it.</param>
    /// <param name="giveBack">Told when the test is done with it; null for nobody.</param>
    public static TestDatabase Postgres(string connectionString, Action<string>? giveBack = null) => new(DatabaseKind.Postgres, connectionString, giveBack ?? (_ => { }));

    public DbContextOptions<JobsDbContext> Options() => _kind == DatabaseKind.Sqlite
        ? new DbContextOptionsBuilder<JobsDbContext>().UseOrchestratorSqlite(ConnectionString).Options
        : new DbContextOptionsBuilder<JobsDbContext>().UseOrchestratorPostgres(ConnectionString).Options;

    /// <summary>Closes the connections that were kept for the next user.</summary>
    public void Dispose()
    {
        if (_kind == DatabaseKind.Sqlite)
        {
            SqliteConnection.ClearAllPools();
            return;
        }

        using var any = new NpgsqlConnection(ConnectionString);
        NpgsqlConnection.ClearPool(any);
        _giveBack(ConnectionString);
    }

    /// <summary>What an orchestrator on this database is started with.</summary>
    public string[] Settings(TempFolder data)
    {
        if (_kind == DatabaseKind.Sqlite)
            return [];

        var file = Path.Combine(data.Path, "connection");
        File.WriteAllText(file, ConnectionString);
        return ["--Data:Database=Postgres", $"--Data:ConnectionStringFile={file}"];
    }
}
