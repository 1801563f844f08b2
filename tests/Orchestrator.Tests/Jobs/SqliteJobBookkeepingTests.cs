using VideoGrain.Orchestrator.Tests.Support;

namespace VideoGrain.Orchestrator.Tests.Jobs;

public sealed class SqliteJobBookkeepingTests : JobBookkeepingTests
{
    private protected override Task<TestDatabase> DatabaseAsync(TempFolder folder) => Task.FromResult(TestDatabase.Sqlite(folder));
}
