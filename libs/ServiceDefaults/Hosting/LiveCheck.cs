using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace VideoGrain.ServiceDefaults.Hosting;

/// <summary>Healthy unless only a restart helps.</summary>
internal sealed class LiveCheck(Vitals vitals) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult(vitals.Problem is { } problem ? HealthCheckResult.Unhealthy(problem) : HealthCheckResult.Healthy());
}
