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

            // Migrations are written by hand, without the snapshot this warning compares with; a test compares tables and model instead.
            .ConfigureWarnings(warnings => warnings.Ignore(RelationalEventId.PendingModelChangesWarning));
}
