using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace VideoGrain.ServiceDefaults.Hosting;

/// <summary>Healthy while the service takes work: started, able to work, and not shutting down.</summary>
internal sealed class ReadyCheck(Readiness readiness, Drain drain, Vitals vitals) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        var problem = drain.IsDraining ? "shutting down" : readiness.Problem ?? vitals.Problem;
        return Task.FromResult(problem is null ? HealthCheckResult.Healthy() : HealthCheckResult.Unhealthy(problem));
    }
}
