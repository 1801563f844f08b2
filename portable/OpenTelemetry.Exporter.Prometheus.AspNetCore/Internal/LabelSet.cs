using System.Globalization;
using System.Text;
using OpenTelemetry.Metrics;

namespace OpenTelemetry.Exporter.Prometheus;

/// <summary>Labels in exposition syntax, each name once.</summary>
internal sealed class LabelSet
{
    // Attribute names that become equal when sanitized share one label, their values joined, as the specification asks.
    private const string JoinedValueSeparator = ";";

    private readonly List<(string Name, string Value)> _labels = [];

    /// <summary>Adds a label, joining its value to that of an equal name.</summary>
    public LabelSet Add(string name, object? value)
    {
        var label = PrometheusName.SanitizeLabel(name);
        var text = Text(value);
        var index = _labels.FindIndex(l => l.Name == label);
        if (index < 0)
            _labels.Add((label, text));
        else
            _labels[index] = (label, _labels[index].Value + JoinedValueSeparator + text);
        return this;
    }

    /// <summary>Labels of a point: the instrument's scope, then its attributes.</summary>
    public static LabelSet Of(Metric metric, in MetricPoint point)
    {
        var labels = new LabelSet().Add("otel_scope_name", metric.MeterName);
        if (!string.IsNullOrEmpty(metric.MeterVersion))
            labels.Add("otel_scope_version", metric.MeterVersion);
        foreach (var tag in metric.MeterTags ?? [])
            labels.Add("otel_scope_" + tag.Key, tag.Value);
        foreach (var tag in point.Tags)
            labels.Add(tag.Key, tag.Value);
        return labels;
    }

    /// <summary>Writes <c>{a="b",c="d"}</c>, with one more label at the end if given, or nothing when there are no labels.</summary>
    public void WriteTo(StringBuilder output, string? lastName = null, string? lastValue = null)
    {
        if (_labels.Count == 0 && lastName == null)
            return;
        output.Append('{');
        foreach (var (name, value) in _labels)
            WriteLabel(output, name, value);
        if (lastName != null)
            WriteLabel(output, lastName, lastValue!);
        output[^1] = '}';
    }

    private static void WriteLabel(StringBuilder output, string name, string value)
    {
        output.Append(name).Append("=\"");
        Escaping.AppendLabelValue(output, value);
        output.Append("\",");
    }

    private static string Text(object? value) => value switch
    {
        null => "",
        bool b => b ? "true" : "false",
        IFormattable f => f.ToString(null, CultureInfo.InvariantCulture),
        _ => value.ToString() ?? "",
    };
}
