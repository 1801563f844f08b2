using VideoGrain.Orchestrator.Tests.Support;

namespace VideoGrain.Orchestrator.Tests;

public sealed class SqliteEditLifecycleTests : EditLifecycleTests
{
    private protected override Task<TestDatabase> DatabaseAsync(TempFolder folder) => Task.FromResult(TestDatabase.Sqlite(folder));
}
