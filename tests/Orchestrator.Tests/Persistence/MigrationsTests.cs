using Microsoft.EntityFrameworkCore;
using VideoGrain.Orchestrator.Persistence;
using VideoGrain.Orchestrator.Tests.Support;

namespace VideoGrain.Orchestrator.Tests.Persistence;

public class MigrationsTests(PostgresFixture postgres)
{
    // Column by column: the order of columns within a table is free.
    private const string SqliteSchema =
        """
        SELECT t.name || '.' || c.name || ' ' || c.type || ' ' || c."notnull" || ' ' || c.pk AS Value
        FROM sqlite_master t JOIN pragma_table_info(t.name) c WHERE t.type = 'table' AND t.name NOT LIKE '\_\_EF%' ESCAPE '\'
        UNION ALL
        SELECT i.tbl_name || ': ' || i.name || ' ' || group_concat(c.name) AS Value
        FROM sqlite_master i JOIN pragma_index_info(i.name) c WHERE i.type = 'index' AND i.tbl_name NOT LIKE '\_\_EF%' ESCAPE '\' GROUP BY i.name
        ORDER BY Value
        """;

    private const string PostgresSchema =
        """
        SELECT table_name || '.' || column_name || ' ' || data_type || ' ' || is_nullable || ' ' || coalesce(character_maximum_length::text, '') || ' ' || coalesce(collation_name, '') AS "Value"
        FROM information_schema.columns WHERE table_schema = 'public' AND table_name NOT LIKE '\_\_EF%'
        UNION ALL
        SELECT tablename || ': ' || indexdef FROM pg_indexes WHERE schemaname = 'public' AND tablename NOT LIKE '\_\_EF%'
        ORDER BY 1
        """;

    [Fact]
    public async Task Migrations_MakeExactlyTheTablesOfTheModel_OnSqlite()
    {
        using var folder = new TempFolder();
        await using var migrated = Open(folder, "migrated.db");
        await migrated.Database.MigrateAsync(Bounded.Token);
        await using var created = Open(folder, "created.db");
        await created.Database.EnsureCreatedAsync(Bounded.Token);

        Assert.Equal(await SchemaAsync(created, SqliteSchema), await SchemaAsync(migrated, SqliteSchema));
    }

    [Fact]
    public async Task Migrations_MakeExactlyTheTablesOfTheModel_OnPostgres()
    {
        using var template = await postgres.CreateAsync();
        using var empty = await postgres.CreateEmptyAsync();
        await using var migrated = new JobsDbContext(template.Options());
        await using var created = new JobsDbContext(empty.Options());
        await created.Database.EnsureCreatedAsync(Bounded.Token);

        Assert.Equal(await SchemaAsync(created, PostgresSchema), await SchemaAsync(migrated, PostgresSchema));
    }

    [Fact]
    public async Task ReplicasThatStartTogether_MigrateOnce()
    {
        using var database = await postgres.CreateEmptyAsync();
        using var shared = new JobsDatabase(new JobsFixture.Factory(database.Options()));
        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => shared.MigrateAsync(Bounded.Token))).InTime();

        await using var context = new JobsDbContext(database.Options());
        Assert.Equal(context.Database.GetMigrations(), await context.Database.GetAppliedMigrationsAsync(Bounded.Token));
    }

    [Fact]
    public async Task TablesOfTheFirstVersion_AreBroughtToThisOne_WithWhatTheyHold()
    {
        using var folder = new TempFolder();
        await using var context = Open(folder, "old.db");
        await context.Database.MigrateAsync("20261122000000_InitialTables", Bounded.Token);
        await context.Database.ExecuteSqlRawAsync(
            """
            INSERT INTO jobs (Id, Attempts, Caller, FencingToken, Fingerprint, FruitlessAttempts, LastSequence, QueueTag, Source, Specification, State, StateSince, SubmittedAt, Version, Warnings,
              Clip_Frames, Clip_FramesPerSecond, Clip_Height, Clip_Width)
            VALUES ('edit-old', 0, 'alice', 0, '', 0, 1, 0, '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d', x'', 1, 0, 0, 1, '', 1, 8, 8, 8)
            """,
            Bounded.Token);
        await context.Database.MigrateAsync(Bounded.Token);

        var job = await context.Jobs.SingleAsync(Bounded.Token);
        Assert.Equal(("edit-old", Orchestrator.Jobs.JobPriority.Normal, false), (job.Id, job.Priority, job.IsDeadLetter));
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

    private static async Task<List<string>> SchemaAsync(JobsDbContext context, string query) =>
        await context.Database.SqlQueryRaw<string>(query).ToListAsync(Bounded.Token);
}
