using OpenTelemetry.Metrics;

namespace OpenTelemetry.Exporter.Prometheus;

/// <summary>The traced measurements of a point.</summary>
internal sealed class Exemplars
{
    private readonly List<TracedValue> _values = [];

    private Exemplars()
    {
    }

    /// <summary>Reads the measurements that a point keeps; those made outside of spans tell nothing and are left out.</summary>
    public Exemplars(Metric metric, in MetricPoint point)
    {
        if (!point.TryGetExemplars(out var exemplars))
            return;
        var isLong = metric.MetricType is MetricType.LongSum or MetricType.LongSumNonMonotonic or MetricType.LongGauge;
        foreach (ref readonly var exemplar in exemplars)
        {
            if (exemplar.TraceId != default)
            {
                _values.Add(new TracedValue(
                    isLong ? exemplar.LongValue : exemplar.DoubleValue, exemplar.Timestamp, exemplar.TraceId.ToHexString(), exemplar.SpanId.ToHexString()));
            }
        }
    }

    /// <summary>No measurements.</summary>
    public static Exemplars None { get; } = new();

    /// <summary>The newest measurement; null when there is none.</summary>
    public TracedValue? Newest => _values.MaxBy(value => value.At);

    /// <summary>The newest measurement above one bound and up to another; null when there is none.</summary>
    public TracedValue? Within(double lower, double upper) => _values.Where(value => value.Value > lower && value.Value <= upper).MaxBy(value => value.At);
}
