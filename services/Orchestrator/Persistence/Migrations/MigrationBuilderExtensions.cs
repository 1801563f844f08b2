using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Migrations;

namespace VideoGrain.Orchestrator.Persistence.Migrations;

internal static class MigrationBuilderExtensions
{
    /// <summary>The collation of columns that hold text; null where the provider's own is right.</summary>
    public static string? TextCollation(this MigrationBuilder migrationBuilder) => migrationBuilder.IsNpgsql() ? JobsDbContext.PostgresCollation : null;
}
