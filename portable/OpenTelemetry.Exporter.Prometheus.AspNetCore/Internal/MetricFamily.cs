using OpenTelemetry.Metrics;

namespace OpenTelemetry.Exporter.Prometheus;

/// <summary>Name, unit and type of a metric in the Prometheus data model.</summary>
/// <param name="SampleName">Name of the samples (counters end in <c>_total</c>).</param>
/// <param name="Unit">Unit in words, empty when there is none.</param>
/// <param name="Type">counter, gauge or histogram.</param>
internal sealed record MetricFamily(string SampleName, string Unit, string Type)
{
    public const string Counter = "counter";
    public const string Gauge = "gauge";
    public const string Histogram = "histogram";

    private const string TotalSuffix = "_total";

    /// <summary>Name of the family in OpenMetrics, where the counters' suffix belongs to the sample only.</summary>
    public string OpenMetricsName =>
        Type == Counter ? SampleName[..^TotalSuffix.Length] : SampleName;

    /// <summary>Describes a metric, or returns null for a kind that has no place in either format.</summary>
    public static MetricFamily? Of(Metric metric)
    {
        var type = TypeOf(metric.MetricType);
        if (type == null)
            return null;

        var name = PrometheusName.Sanitize(metric.Name);
        var unit = PrometheusUnit.InWords(metric.Unit);
        if (unit.Length > 0 && !name.Contains(unit, StringComparison.Ordinal))
            name = $"{name}_{unit}";
        if (type == Counter && !name.EndsWith(TotalSuffix, StringComparison.Ordinal))
            name += TotalSuffix;
        return new MetricFamily(name, unit, type);
    }

    private static string? TypeOf(MetricType type) => type switch
    {
        MetricType.LongSum or MetricType.DoubleSum => Counter,
        MetricType.LongSumNonMonotonic or MetricType.DoubleSumNonMonotonic => Gauge,
        MetricType.LongGauge or MetricType.DoubleGauge => Gauge,
        MetricType.Histogram => Histogram,
        // Exponential histograms would need the protobuf format.
        _ => null,
    };
}
