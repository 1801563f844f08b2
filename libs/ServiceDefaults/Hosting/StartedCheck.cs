using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace VideoGrain.ServiceDefaults.Hosting;

/// <summary>Healthy once the startup work is done.</summary>
internal sealed class StartedCheck(Readiness readiness) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult(readiness.Problem is { } problem ? HealthCheckResult.Unhealthy(problem) : HealthCheckResult.Healthy());
}
