namespace VideoGrain.ServiceDefaults.Telemetry;

/// <summary>Where telemetry goes; configuration section "Telemetry". Metrics can always be scraped at /metrics.</summary>
public sealed class TelemetryOptions
{
    /// <summary>Name of the configuration section.</summary>
    public const string Section = "Telemetry";

    /// <summary>OTLP collector for traces, such as "http://collector:4317"; unset for none.</summary>
    public Uri? OtlpEndpoint { get; set; }

    /// <summary>How long one collection of metrics answers further scrapes, in milliseconds, 0 or more. Default: 300.</summary>
    public int ScrapeCacheMilliseconds { get; set; } = 300;
}
