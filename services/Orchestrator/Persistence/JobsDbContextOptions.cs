using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;

namespace VideoGrain.Orchestrator.Persistence;

/// <summary>How the context reaches its provider.</summary>
internal static class JobsDbContextOptions
{
    /// <summary>Keeps the tables in one SQLite file.</summary>
    public static DbContextOptionsBuilder<JobsDbContext> UseOrchestratorSqlite(this DbContextOptionsBuilder<JobsDbContext> builder, string path)
    {
        UseOrchestratorSqlite((DbContextOptionsBuilder)builder, path);
        return builder;
    }

    /// <inheritdoc cref="UseOrchestratorSqlite(DbContextOptionsBuilder{JobsDbContext}, string)"/>
    public static DbContextOptionsBuilder UseOrchestratorSqlite(this DbContextOptionsBuilder builder, string path) =>
        builder
            .UseSqlite(new SqliteConnectionStringBuilder { DataSource = path, Pooling = true, ForeignKeys = true }.ToString())
            .AddInterceptors(new SqlitePragmas())
            .WithHouseRules();

    /// <summary>Keeps the tables on a PostgreSQL server.</summary>
    public static DbContextOptionsBuilder<JobsDbContext> UseOrchestratorPostgres(this DbContextOptionsBuilder<JobsDbContext> builder, string connectionString)
    {
        UseOrchestratorPostgres((DbContextOptionsBuilder)builder, connectionString);
        return builder;
    }

    /// <inheritdoc cref="UseOrchestratorPostgres(DbContextOptionsBuilder{JobsDbContext}, string)"/>
    public static DbContextOptionsBuilder UseOrchestratorPostgres(this DbContextOptionsBuilder builder, string connectionString) =>
        builder
            .UseNpgsql(connectionString)
            .AddInterceptors(new PostgresRowLocks())
            .WithHouseRules();

    // Migrations are written by hand, without the snapshot that the first warning compares with; a test compares tables and model instead.
    // Errors are thrown as well: whoever rides them out, or answers a caller with them, logs them once.
    private static DbContextOptionsBuilder WithHouseRules(this DbContextOptionsBuilder builder) =>
        builder.ConfigureWarnings(warnings => warnings
            .Ignore(RelationalEventId.PendingModelChangesWarning)
            .Log(
                (RelationalEventId.CommandError, LogLevel.Debug),
                (RelationalEventId.ConnectionError, LogLevel.Debug),
                (RelationalEventId.TransactionError, LogLevel.Debug),
                (CoreEventId.QueryIterationFailed, LogLevel.Debug),
                (CoreEventId.SaveChangesFailed, LogLevel.Debug)));
}
