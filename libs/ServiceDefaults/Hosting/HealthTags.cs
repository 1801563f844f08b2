namespace VideoGrain.ServiceDefaults.Hosting;

/// <summary>Tags that say which probe a health check belongs to.</summary>
public static class HealthTags
{
    /// <summary>The service takes work: /readyz, and grpc.health.v1 under the empty name, "ready" and the full name of the gRPC service.</summary>
    public const string Ready = "ready";

    /// <summary>The service has started: /startupz, and grpc.health.v1 under this name.</summary>
    public const string Startup = "startup";

    /// <summary>A restart would not help: /livez, and grpc.health.v1 under this name.</summary>
    public const string Live = "liveness";
}
