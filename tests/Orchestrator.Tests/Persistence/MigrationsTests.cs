using Microsoft.EntityFrameworkCore;
using VideoGrain.Orchestrator.Persistence;
using VideoGrain.Orchestrator.Tests.Support;

namespace VideoGrain.Orchestrator.Tests.Persistence;

public class MigrationsTests
{
    [Fact]
    public async Task Migrations_MakeExactlyTheTablesOfTheModel()
    {
        using var folder = new TempFolder();
        await using var migrated = Open(folder, "migrated.db");
        await migrated.Database.MigrateAsync(Bounded.Token);
        await using var created = Open(folder, "created.db");
        await created.Database.EnsureCreatedAsync(Bounded.Token);

        Assert.Equal(await SchemaAsync(created), await SchemaAsync(migrated));
    }

    [Fact]
    public async Task EveryConnection_SyncsCommits_AndOverwritesWhatIsDeleted()
    {
        using var folder = new TempFolder();
        await using var context = Open(folder, "jobs.db");

        Assert.Equal(["2"], await context.Database.SqlQueryRaw<string>("SELECT CAST(synchronous AS TEXT) AS Value FROM pragma_synchronous").ToListAsync(Bounded.Token));
        Assert.Equal(["1"], await context.Database.SqlQueryRaw<string>("SELECT CAST(secure_delete AS TEXT) AS Value FROM pragma_secure_delete").ToListAsync(Bounded.Token));
        Assert.Equal(["wal"], await context.Database.SqlQueryRaw<string>("SELECT journal_mode AS Value FROM pragma_journal_mode").ToListAsync(Bounded.Token));
    }

    private static JobsDbContext Open(TempFolder folder, string name) =>
        new(new DbContextOptionsBuilder<JobsDbContext>().UseOrchestratorSqlite(Path.Combine(folder.Path, name)).Options);

    // Column by column: the order of columns within a table is free.
    private static async Task<List<string>> SchemaAsync(JobsDbContext context) =>
        await context.Database.SqlQueryRaw<string>(
            """
            SELECT t.name || '.' || c.name || ' ' || c.type || ' ' || c."notnull" || ' ' || c.pk AS Value
            FROM sqlite_master t JOIN pragma_table_info(t.name) c WHERE t.type = 'table' AND t.name NOT LIKE '\_\_EF%' ESCAPE '\'
            UNION ALL
            SELECT i.tbl_name || ': ' || i.name || ' ' || group_concat(c.name) AS Value
            FROM sqlite_master i JOIN pragma_index_info(i.name) c WHERE i.type = 'index' AND i.tbl_name NOT LIKE '\_\_EF%' ESCAPE '\' GROUP BY i.name
            ORDER BY Value
            """).ToListAsync(Bounded.Token);
}
