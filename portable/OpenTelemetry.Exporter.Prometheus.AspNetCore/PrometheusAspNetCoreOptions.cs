namespace OpenTelemetry.Exporter;

/// <summary>Options of the Prometheus scraping endpoint.</summary>
public class PrometheusAspNetCoreOptions
{
    internal const string DefaultScrapeEndpointPath = "/metrics";

    private int _scrapeResponseCacheDurationMilliseconds = 300;

    /// <summary>Path of the scraping endpoint. Default: <c>/metrics</c>.</summary>
    public string? ScrapeEndpointPath { get; set; } = DefaultScrapeEndpointPath;

    /// <summary>
    /// How long one collection answers further scrapes, in milliseconds, 0 or more; 0 collects on every scrape. Default: 300.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is negative.</exception>
    public int ScrapeResponseCacheDurationMilliseconds
    {
        get => _scrapeResponseCacheDurationMilliseconds;
        set
        {
            ArgumentOutOfRangeException.ThrowIfNegative(value);
            _scrapeResponseCacheDurationMilliseconds = value;
        }
    }
}
