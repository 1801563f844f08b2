using System.Text;

namespace OpenTelemetry.Exporter.Prometheus;

/// <summary>Turns OpenTelemetry names into names that both formats allow.</summary>
internal static class PrometheusName
{
    /// <summary>Metric name: <c>[a-zA-Z_:][a-zA-Z0-9_:]*</c>, runs of other characters becoming one underscore.</summary>
    public static string Sanitize(string name) => Sanitize(name, allowColon: true);

    /// <summary>Label name: <c>[a-zA-Z_][a-zA-Z0-9_]*</c>.</summary>
    public static string SanitizeLabel(string name) => Sanitize(name, allowColon: false);

    private static string Sanitize(string name, bool allowColon)
    {
        var result = new StringBuilder(name.Length + 1);
        if (name.Length == 0 || char.IsAsciiDigit(name[0]))
            result.Append('_');
        foreach (var c in name)
        {
            if (char.IsAsciiLetterOrDigit(c) || (allowColon && c == ':'))
                result.Append(c);
            else if (result.Length == 0 || result[^1] != '_')
                result.Append('_');
        }

        return result.ToString();
    }
}
