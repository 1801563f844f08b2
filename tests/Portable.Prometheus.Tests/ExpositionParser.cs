using System.Globalization;
using System.Text;

namespace VideoGrain.Portable.Prometheus.Tests;

/// <summary>One sample of a parsed exposition.</summary>
internal sealed record Sample(string Name, IReadOnlyDictionary<string, string> Labels, double Value, Exemplar? Exemplar = null);

/// <summary>The exemplar of a sample.</summary>
internal sealed record Exemplar(IReadOnlyDictionary<string, string> Labels, double Value, double Timestamp);

/// <summary>One family of a parsed exposition.</summary>
internal sealed record Family(string Name, string Type)
{
    public string? Unit { get; set; }

    public string? Help { get; set; }

    public List<Sample> Samples { get; } = [];
}

/// <summary>
/// A parser that forgives nothing: metadata before samples, families in one piece, names and escapes as the formats allow,
/// no duplicate series, histograms complete and cumulative, and in OpenMetrics the end marker, suffixes and units.
/// </summary>
internal sealed class ExpositionParser
{
    private readonly Dictionary<string, Family> _families = new(StringComparer.Ordinal);
    private readonly HashSet<string> _series = new(StringComparer.Ordinal);
    private readonly bool _openMetrics;
    private Family? _current;

    private ExpositionParser(bool openMetrics) => _openMetrics = openMetrics;

    public static IReadOnlyDictionary<string, Family> Parse(string text, bool openMetrics)
    {
        var parser = new ExpositionParser(openMetrics);
        Require(text.EndsWith('\n'), "the exposition ends in a line feed");
        Require(!text.Contains('\r', StringComparison.Ordinal), "lines end in LF only");
        var lines = text[..^1].Split('\n');
        for (var i = 0; i < lines.Length; i++)
        {
            if (lines[i] == "# EOF")
                Require(i == lines.Length - 1, "# EOF is the last line");
            else if (lines[i].StartsWith("# ", StringComparison.Ordinal))
                parser.Metadata(lines[i]);
            else
                parser.SampleLine(lines[i]);
        }

        Require(!openMetrics || lines[^1] == "# EOF", "OpenMetrics ends in # EOF");
        foreach (var family in parser._families.Values.Where(f => f.Type == "histogram"))
            CheckHistogram(family);
        return parser._families;
    }

    private void Metadata(string line)
    {
        var parts = line.Split(' ', 4);
        Require(parts.Length == 4, $"metadata is complete: {line}");
        CheckName(parts[2], colon: true);
        switch (parts[1])
        {
            case "TYPE":
                Require(!_families.ContainsKey(parts[2]), $"family {parts[2]} occurs once");
                Require(parts[3] is "counter" or "gauge" or "histogram" || (_openMetrics && parts[3] == "info"), $"type {parts[3]} is known");
                _families[parts[2]] = _current = new Family(parts[2], parts[3]);
                break;
            case "UNIT":
                Require(_openMetrics && _current?.Name == parts[2] && _current.Samples.Count == 0, "UNIT follows TYPE");
                Require(parts[2].EndsWith("_" + parts[3], StringComparison.Ordinal), $"{parts[2]} ends in its unit");
                _current!.Unit = parts[3];
                break;
            case "HELP":
                Require(_current?.Name == parts[2] && _current.Samples.Count == 0, "HELP follows TYPE");
                _current!.Help = Unescape(parts[3], quotes: _openMetrics);
                break;
            default:
                throw new FormatException($"unknown metadata: {line}");
        }
    }

    private void SampleLine(string line)
    {
        var nameEnd = line.IndexOfAny(['{', ' ']);
        Require(nameEnd > 0, $"sample has a name: {line}");
        var name = line[..nameEnd];
        CheckName(name, colon: true);
        var labels = new Dictionary<string, string>(StringComparer.Ordinal);
        var position = nameEnd;
        if (line[position] == '{')
            position = Labels(line, position + 1, labels);
        Require(line[position] == ' ', $"one space before the value: {line}");
        var exemplarStart = line.IndexOf(" # {", position, StringComparison.Ordinal);
        var number = exemplarStart < 0 ? line[(position + 1)..] : line[(position + 1)..exemplarStart];
        var value = number switch
        {
            "+Inf" => double.PositiveInfinity,
            "-Inf" => double.NegativeInfinity,
            "NaN" => double.NaN,
            _ => double.Parse(number, NumberStyles.Float, CultureInfo.InvariantCulture),
        };
        Require(_current != null && Suffixes(_current).Any(s => name == _current.Name + s), $"{name} belongs to family {_current?.Name}");
        Require(
            _series.Add(name + string.Join(',', labels.OrderBy(l => l.Key, StringComparer.Ordinal).Select(l => $"{l.Key}={l.Value}"))),
            $"series occurs once: {line}");
        var exemplar = exemplarStart < 0 ? null : ReadExemplar(line, exemplarStart + " # {".Length);
        Require(exemplar == null || (_openMetrics && (name.EndsWith("_bucket", StringComparison.Ordinal) || _current!.Type == "counter")), $"exemplars stand only at buckets and counters: {line}");
        _current!.Samples.Add(new Sample(name, labels, value, exemplar));
    }

    private static Exemplar ReadExemplar(string line, int position)
    {
        const int MostCharacters = 128;
        var labels = new Dictionary<string, string>(StringComparer.Ordinal);
        var parts = line[(Labels(line, position, labels) + 1)..].Split(' ');
        Require(labels.Sum(l => l.Key.Length + l.Value.Length) <= MostCharacters, $"an exemplar's labels are short: {line}");
        Require(parts.Length == 2, $"an exemplar has value and time: {line}");
        return new Exemplar(labels, double.Parse(parts[0], CultureInfo.InvariantCulture), double.Parse(parts[1], CultureInfo.InvariantCulture));
    }

    private IEnumerable<string> Suffixes(Family family) => family.Type switch
    {
        "counter" => [_openMetrics ? "_total" : ""],
        "histogram" => ["_bucket", "_sum", "_count"],
        "info" => ["_info"],
        _ => [""],
    };

    private static int Labels(string line, int position, Dictionary<string, string> labels)
    {
        while (line[position] != '}')
        {
            var equals = line.IndexOf("=\"", position, StringComparison.Ordinal);
            Require(equals > 0, $"label has a value: {line}");
            var name = line[position..equals];
            CheckName(name, colon: false);
            var end = equals + 2;
            while (line[end] != '"')
                end += line[end] == '\\' ? 2 : 1;
            Require(labels.TryAdd(name, Unescape(line[(equals + 2)..end], quotes: true)), $"label {name} occurs once");
            position = end + 1;
            if (line[position] == ',')
                position++;
            else
                Require(line[position] == '}', $"labels are separated by commas: {line}");
        }

        return position + 1;
    }

    private static string Unescape(string text, bool quotes)
    {
        var result = new StringBuilder();
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] != '\\')
            {
                result.Append(text[i]);
                continue;
            }

            result.Append(text[++i] switch
            {
                '\\' => '\\',
                'n' => '\n',
                '"' when quotes => '"',
                var c => throw new FormatException($"unknown escape \\{c}"),
            });
        }

        return result.ToString();
    }

    private static void CheckHistogram(Family family)
    {
        static string Key(Sample s) => string.Join(',', s.Labels.Where(l => l.Key != "le").Select(l => $"{l.Key}={l.Value}"));
        foreach (var series in family.Samples.GroupBy(Key))
        {
            var buckets = series.Where(s => s.Name.EndsWith("_bucket", StringComparison.Ordinal)).ToList();
            Require(buckets.Count > 0 && buckets[^1].Labels["le"] == "+Inf", $"{family.Name} ends in the +Inf bucket");
            Require(buckets.Zip(buckets.Skip(1)).All(p => p.First.Value <= p.Second.Value), $"{family.Name} is cumulative");
            Require(series.Single(s => s.Name == family.Name + "_count").Value == buckets[^1].Value, $"{family.Name}_count is the +Inf bucket");
            Require(series.Count(s => s.Name == family.Name + "_sum") == 1, $"{family.Name} has one sum");
        }
    }

    private static void CheckName(string name, bool colon)
        => Require(
            name.Length > 0 && !char.IsAsciiDigit(name[0]) && name.All(c => char.IsAsciiLetterOrDigit(c) || c == '_' || (colon && c == ':')),
            $"name '{name}' is legal");

    private static void Require(bool condition, string rule)
    {
        if (!condition)
            throw new FormatException($"Not so: {rule}.");
    }
}
