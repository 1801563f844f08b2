using System.Diagnostics.Metrics;

namespace VideoGrain.ServiceDefaults.Telemetry;

/// <summary>Histogram buckets for durations from milliseconds to an hour, in seconds.</summary>
public static class DurationBuckets
{
    /// <summary>Boundaries in seconds.</summary>
    public static InstrumentAdvice<double> UpToAnHour { get; } = new()
    {
        HistogramBucketBoundaries = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600, 1200, 1800, 3600],
    };
}
