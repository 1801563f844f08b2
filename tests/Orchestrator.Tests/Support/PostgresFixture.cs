using System.Collections.Concurrent;
using Microsoft.EntityFrameworkCore;
using Npgsql;
using VideoGrain.Orchestrator.Persistence;
using VideoGrain.Orchestrator.Tests.Support;
using VideoGrain.PostgresSupport;

[assembly: AssemblyFixture(typeof(PostgresFixture))]

namespace VideoGrain.Orchestrator.Tests.Support;

/// <summary>One PostgreSQL server for all tests, started by the first that asks. Every test has a database to itself, emptied for the next one.</summary>
public sealed class PostgresFixture : IAsyncDisposable
{
    private readonly Lazy<Task<(PostgresServer Server, string Template)>> _started = new(StartAsync);
    private readonly ConcurrentBag<string> _free = [];

    internal async Task<TestDatabase> CreateAsync()
    {
        var (server, template) = await _started.Value;
        if (!_free.TryTake(out var connectionString))
            return TestDatabase.Postgres(await server.CreateDatabaseAsync(template), _free.Add);

        var database = TestDatabase.Postgres(connectionString, _free.Add);
        await using var context = new JobsDbContext(database.Options());
        await context.Database.ExecuteSqlRawAsync("TRUNCATE jobs, cache_entries CASCADE");
        return database;
    }

    /// <summary>A database without tables.</summary>
    internal async Task<TestDatabase> CreateEmptyAsync() => TestDatabase.Postgres(await (await _started.Value).Server.CreateDatabaseAsync());

    internal async Task CutConnectionsAsync(TestDatabase database) => await (await _started.Value).Server.CutConnectionsAsync(database.ConnectionString);

    public async ValueTask DisposeAsync()
    {
        if (_started.IsValueCreated)
            await (await _started.Value).Server.DisposeAsync();
    }

    // A migrated database to copy: the migrations themselves have tests of their own.
    private static async Task<(PostgresServer, string)> StartAsync()
    {
        var server = await PostgresServer.StartAsync(isDurable: false);
        var template = await server.CreateDatabaseAsync();
        using (var database = TestDatabase.Postgres(template))
        {
            await using var context = new JobsDbContext(database.Options());
            await context.Database.MigrateAsync();
        }

        return (server, new NpgsqlConnectionStringBuilder(template).Database!);
    }
}
