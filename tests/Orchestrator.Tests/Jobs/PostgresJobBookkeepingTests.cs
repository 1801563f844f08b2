using VideoGrain.Orchestrator.Tests.Support;

namespace VideoGrain.Orchestrator.Tests.Jobs;

public sealed class PostgresJobBookkeepingTests(PostgresFixture postgres) : JobBookkeepingTests
{
    private protected override Task<TestDatabase> DatabaseAsync(TempFolder folder) => postgres.CreateAsync();
}
