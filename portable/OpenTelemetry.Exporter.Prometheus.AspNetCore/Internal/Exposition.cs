using System.Globalization;
using System.Text;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;

namespace OpenTelemetry.Exporter.Prometheus;

/// <summary>
/// Renders one collection. Samples carry no timestamps: Prometheus then stamps them itself and notices when a series ends.
/// </summary>
internal sealed class Exposition(ExpositionFormat format)
{
    private readonly StringBuilder _output = new();

    private bool IsOpenMetrics => format == ExpositionFormat.OpenMetrics;

    /// <summary>Writes the resource as the <c>target</c> info family.</summary>
    public void WriteTarget(Resource resource)
    {
        var labels = new LabelSet();
        foreach (var attribute in resource.Attributes)
            labels.Add(attribute.Key, attribute.Value);
        _output.Append("# TYPE target info\n# HELP target Target metadata\ntarget_info");
        labels.WriteTo(_output);
        _output.Append(" 1\n");
    }

    /// <summary>
    /// Writes all metrics, those of one name together as the formats require. A name has one type: metrics of another type
    /// under the same name are left out.
    /// </summary>
    public void WriteMetrics(in Batch<Metric> batch)
    {
        var families = new Dictionary<string, (MetricFamily Family, List<Metric> Metrics)>(StringComparer.Ordinal);
        var order = new List<string>();
        foreach (var metric in batch)
        {
            var family = MetricFamily.Of(metric);
            if (family == null)
                continue;
            if (!families.TryGetValue(family.OpenMetricsName, out var known))
            {
                families[family.OpenMetricsName] = known = (family, []);
                order.Add(family.OpenMetricsName);
            }

            if (known.Family.Type == family.Type)
                known.Metrics.Add(metric);
        }

        if (IsOpenMetrics)
            WriteScopes(families.Values.SelectMany(f => f.Metrics));
        foreach (var name in order)
            WriteFamily(families[name].Family, families[name].Metrics);
    }

    /// <summary>Ends the exposition and returns it.</summary>
    public string Finish() => _output.Append("# EOF\n").ToString();

    private void WriteScopes(IEnumerable<Metric> metrics)
    {
        var scopes = metrics.Select(m => (m.MeterName, m.MeterVersion)).Distinct().ToList();
        if (scopes.Count == 0)
            return;
        _output.Append("# TYPE otel_scope info\n# HELP otel_scope Scope metadata\n");
        foreach (var (name, version) in scopes)
        {
            var labels = new LabelSet().Add("otel_scope_name", name);
            if (!string.IsNullOrEmpty(version))
                labels.Add("otel_scope_version", version);
            _output.Append("otel_scope_info");
            labels.WriteTo(_output);
            _output.Append(" 1\n");
        }
    }

    private void WriteFamily(MetricFamily family, List<Metric> metrics)
    {
        var name = IsOpenMetrics ? family.OpenMetricsName : family.SampleName;
        _output.Append(CultureInfo.InvariantCulture, $"# TYPE {name} {family.Type}\n");
        if (IsOpenMetrics && family.Unit.Length > 0 && name.EndsWith("_" + family.Unit, StringComparison.Ordinal))
            _output.Append(CultureInfo.InvariantCulture, $"# UNIT {name} {family.Unit}\n");
        var description = metrics.Select(m => m.Description).FirstOrDefault(d => !string.IsNullOrEmpty(d));
        if (description != null)
        {
            _output.Append(CultureInfo.InvariantCulture, $"# HELP {name} ");
            Escaping.AppendHelp(_output, description, format);
            _output.Append('\n');
        }

        foreach (var metric in metrics)
        {
            foreach (ref readonly var point in metric.GetMetricPoints())
            {
                var labels = LabelSet.Of(metric, point);
                var exemplars = IsOpenMetrics ? new Exemplars(metric, point) : Exemplars.None;
                if (family.Type == MetricFamily.Histogram)
                    WriteHistogram(family.SampleName, labels, point, exemplars);
                else if (family.Type == MetricFamily.Counter)
                    WriteSample(family.SampleName, labels, Value(metric, point), exemplars.Newest);
                else
                    WriteSample(family.SampleName, labels, Value(metric, point));
            }
        }
    }

    private void WriteHistogram(string name, LabelSet labels, in MetricPoint point, Exemplars exemplars)
    {
        long cumulative = 0;
        var lowerBound = double.NegativeInfinity;
        foreach (var bucket in point.GetHistogramBuckets())
        {
            cumulative += bucket.BucketCount;
            _output.Append(name).Append("_bucket");
            labels.WriteTo(_output, "le", Number(bucket.ExplicitBound));
            _output.Append(CultureInfo.InvariantCulture, $" {cumulative}");
            WriteExemplar(exemplars.Within(lowerBound, bucket.ExplicitBound));
            _output.Append('\n');
            lowerBound = bucket.ExplicitBound;
        }

        WriteSample(name + "_sum", labels, Number(point.GetHistogramSum()));
        WriteSample(name + "_count", labels, point.GetHistogramCount().ToString(CultureInfo.InvariantCulture));
    }

    private void WriteSample(string name, LabelSet labels, string value, TracedValue? exemplar = null)
    {
        _output.Append(name);
        labels.WriteTo(_output);
        _output.Append(' ').Append(value);
        WriteExemplar(exemplar);
        _output.Append('\n');
    }

    private void WriteExemplar(TracedValue? exemplar)
    {
        if (exemplar == null)
            return;
        _output.Append(" # ");
        new LabelSet().Add("trace_id", exemplar.TraceId).Add("span_id", exemplar.SpanId).WriteTo(_output);
        _output.Append(CultureInfo.InvariantCulture, $" {Number(exemplar.Value)} {exemplar.At.ToUnixTimeMilliseconds() / 1000.0:F3}");
    }

    private static string Value(Metric metric, in MetricPoint point) => metric.MetricType switch
    {
        MetricType.LongSum or MetricType.LongSumNonMonotonic => point.GetSumLong().ToString(CultureInfo.InvariantCulture),
        MetricType.LongGauge => point.GetGaugeLastValueLong().ToString(CultureInfo.InvariantCulture),
        MetricType.DoubleGauge => Number(point.GetGaugeLastValueDouble()),
        _ => Number(point.GetSumDouble()),
    };

    private static string Number(double value) => value switch
    {
        double.PositiveInfinity => "+Inf",
        double.NegativeInfinity => "-Inf",
        _ when double.IsNaN(value) => "NaN",
        _ => value.ToString("R", CultureInfo.InvariantCulture),
    };
}
