namespace VideoGrain.ServiceDefaults.Hosting;

/// <summary>Tags that say which probe a health check belongs to.</summary>
public static class HealthTags
{
    /// <summary>The service takes work: /readyz and grpc.health.v1.</summary>
    public const string Ready = "ready";

    /// <summary>The service has started: /startupz.</summary>
    public const string Startup = "startup";
}
