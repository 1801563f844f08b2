using VideoGrain.Orchestrator.Tests.Support;

namespace VideoGrain.Orchestrator.Tests;

public sealed class PostgresEditLifecycleTests(PostgresFixture postgres) : EditLifecycleTests
{
    private protected override Task<TestDatabase> DatabaseAsync(TempFolder folder) => postgres.CreateAsync();
}
