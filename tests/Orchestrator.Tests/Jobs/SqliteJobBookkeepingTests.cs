using VideoGrain.Orchestrator.Tests.Support;

namespace VideoGrain.Orchestrator.Tests.Jobs;

public sealed class SqliteJobBookkeepingTests : JobBookkeepingTests
{
    [Fact]
    public async Task Traces_ThatCouldNotBeErased_AreErasedByTheNextCall()
    {
        await using var jobs = await JobsFixture.CreateAsync(DatabaseAsync);
        await jobs.SubmitAsync();
        var log = new FileInfo(Path.Combine(jobs.Folder.Path, "orchestrator.db-wal"));

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => jobs.Catalog.EraseTracesAsync(new CancellationToken(canceled: true)));
        Assert.NotEqual(0, log.Length);
        await jobs.Catalog.EraseTracesAsync(Bounded.Token);

        log.Refresh();
        Assert.Equal(0, log.Length);
    }

    private protected override Task<TestDatabase> DatabaseAsync(TempFolder folder) => Task.FromResult(TestDatabase.Sqlite(folder));
}
