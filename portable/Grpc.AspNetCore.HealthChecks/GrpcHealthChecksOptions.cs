namespace Grpc.AspNetCore.HealthChecks;

/// <summary>Options of the health service.</summary>
public sealed class GrpcHealthChecksOptions
{
    /// <summary>Which health checks make up the status of which service. At first: all checks, for the server as a whole.</summary>
    public ServiceMappingCollection Services { get; } = [];

    /// <summary>Whether requests are answered from the last published result, instead of running the checks. Off unless set.</summary>
    public bool UseHealthChecksCache { get; set; }

    /// <summary>Whether watches stay open while the application stops. Off unless set: they end with NOT_SERVING.</summary>
    public bool SuppressCompletionOnShutdown { get; set; }
}
