using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Npgsql;
using VideoGrain.Orchestrator.Hosting;
using VideoGrain.Orchestrator.Options;

namespace VideoGrain.Orchestrator.Persistence;

/// <summary>The configured database.</summary>
internal sealed class DatabaseConnection(IOptions<DataOptions> options, DataFolder folder) : IDisposable
{
    private readonly Lazy<string> _connectionString = new(() => ConnectionReference.Resolve(options.Value));

    /// <summary>Whether other processes may use the same database.</summary>
    public bool IsShared => options.Value.Database == DatabaseKind.Postgres;

    /// <summary>A connection of one's own to the PostgreSQL server, closed; it holds none of those that changes are written by.</summary>
    /// <exception cref="InvalidOperationException">The connection string cannot be found.</exception>
    public NpgsqlConnection NewConnection() => new(new NpgsqlConnectionStringBuilder(_connectionString.Value) { Pooling = false }.ConnectionString);

    /// <summary>Chooses the provider of a context.</summary>
    public void Configure(DbContextOptionsBuilder builder)
    {
        if (IsShared)
            builder.UseOrchestratorPostgres(_connectionString.Value);
        else
            builder.UseOrchestratorSqlite(folder.Database);
    }

    public void Dispose()
    {
        if (!_connectionString.IsValueCreated)
            return;

        using var any = new NpgsqlConnection(_connectionString.Value);
        NpgsqlConnection.ClearPool(any);
    }
}
