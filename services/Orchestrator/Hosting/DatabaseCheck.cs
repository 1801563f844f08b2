using Microsoft.Extensions.Diagnostics.HealthChecks;
using VideoGrain.Orchestrator.Telemetry;

namespace VideoGrain.Orchestrator.Hosting;

/// <summary>Healthy while the database answers. The workers keep asking it, so the service takes work again as soon as it does.</summary>
internal sealed class DatabaseCheck(OrchestratorInstruments instruments) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult(instruments.IsDatabaseUp ? HealthCheckResult.Healthy() : HealthCheckResult.Unhealthy("the database does not answer"));
}
