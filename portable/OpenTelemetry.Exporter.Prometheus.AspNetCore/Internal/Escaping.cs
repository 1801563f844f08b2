using System.Text;

namespace OpenTelemetry.Exporter.Prometheus;

/// <summary>Escapes text for the exposition formats.</summary>
internal static class Escaping
{
    /// <summary>Label values: backslash, double quote and line feed.</summary>
    public static void AppendLabelValue(StringBuilder output, string value) => Append(output, value, quotes: true);

    /// <summary>Help texts: backslash and line feed; OpenMetrics escapes double quotes as well.</summary>
    public static void AppendHelp(StringBuilder output, string value, ExpositionFormat format)
        => Append(output, value, quotes: format == ExpositionFormat.OpenMetrics);

    private static void Append(StringBuilder output, string value, bool quotes)
    {
        foreach (var c in value)
        {
            _ = c switch
            {
                '\\' => output.Append(@"\\"),
                '\n' => output.Append(@"\n"),
                '"' when quotes => output.Append("\\\""),
                _ => output.Append(c),
            };
        }
    }
}
