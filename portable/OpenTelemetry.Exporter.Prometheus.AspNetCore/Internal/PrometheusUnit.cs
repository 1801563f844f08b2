namespace OpenTelemetry.Exporter.Prometheus;

/// <summary>Turns UCUM units into the words that Prometheus puts into names.</summary>
internal static class PrometheusUnit
{
    /// <summary>The unit of a ratio.</summary>
    private const string One = "1";

    /// <summary>The unit in words, or an empty string: <c>s</c> gives seconds, <c>By/s</c> bytes_per_second, <c>{job}</c> nothing.</summary>
    public static string InWords(string? unit)
    {
        var plain = WithoutAnnotations(unit ?? "");
        var slash = plain.IndexOf('/', StringComparison.Ordinal);
        if (slash >= 0 && slash < plain.Length - 1)
            return PrometheusName.SanitizeLabel($"{Plural(plain[..slash])}_per_{Singular(plain[(slash + 1)..])}").Trim('_');
        var word = Plural(plain);
        return word.Length == 0 ? "" : PrometheusName.SanitizeLabel(word).Trim('_');
    }

    private static string WithoutAnnotations(string unit)
    {
        for (var open = unit.IndexOf('{', StringComparison.Ordinal); open >= 0; open = unit.IndexOf('{', StringComparison.Ordinal))
        {
            var close = unit.IndexOf('}', open);
            if (close < 0)
                break;
            unit = unit.Remove(open, close - open + 1);
        }

        return unit;
    }

    private static string Plural(string unit) => unit switch
    {
        One => "",
        "d" => "days",
        "h" => "hours",
        "min" => "minutes",
        "s" => "seconds",
        "ms" => "milliseconds",
        "us" => "microseconds",
        "ns" => "nanoseconds",
        "By" or "B" => "bytes",
        "KiBy" => "kibibytes",
        "MiBy" => "mebibytes",
        "GiBy" => "gibibytes",
        "m" => "meters",
        "V" => "volts",
        "A" => "amperes",
        "J" => "joules",
        "W" => "watts",
        "g" => "grams",
        "Cel" => "celsius",
        "Hz" => "hertz",
        "%" => "percent",
        _ => unit,
    };

    private static string Singular(string unit) => unit switch
    {
        "s" => "second",
        "m" => "minute",
        "h" => "hour",
        "d" => "day",
        "w" => "week",
        "mo" => "month",
        "y" => "year",
        _ => unit,
    };
}
