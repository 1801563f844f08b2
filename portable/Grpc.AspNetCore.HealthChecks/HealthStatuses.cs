using Microsoft.Extensions.Diagnostics.HealthChecks;
using static Grpc.Health.V1.HealthCheckResponse.Types;

namespace Grpc.AspNetCore.HealthChecks;

/// <summary>Makes one status of the results of several health checks.</summary>
internal static class HealthStatuses
{
    /// <summary>NOT_SERVING when a check says unhealthy, UNKNOWN when there are no checks, else SERVING: a degraded service serves.</summary>
    public static ServingStatus Of(IEnumerable<HealthStatus> results)
    {
        var status = ServingStatus.Unknown;
        foreach (var result in results)
        {
            if (result == HealthStatus.Unhealthy)
                return ServingStatus.NotServing;
            status = ServingStatus.Serving;
        }

        return status;
    }
}
