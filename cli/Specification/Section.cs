using System.Globalization;
using YamlDotNet.RepresentationModel;

namespace VideoGrain.Cli.Specification;

/// <summary>A mapping of the file: typed access to its keys, and an error for every key that nobody asked for.</summary>
internal sealed class Section
{
    private readonly Dictionary<string, YamlNode> _values = new(StringComparer.Ordinal);
    private readonly Dictionary<string, YamlNode> _keys = new(StringComparer.Ordinal);
    private readonly HashSet<string> _known = new(StringComparer.Ordinal);

    public Section(YamlMappingNode node, string field, SpecificationErrors errors)
    {
        Node = node;
        Field = field;
        Errors = errors;
        foreach ((YamlNode key, YamlNode value) in node.Children)
        {
            if (key is YamlScalarNode { Value: string name })
            {
                _values[name] = value;
                _keys[name] = key;
            }
            else
            {
                errors.Add(key, field, "A key has to be a plain word.");
            }
        }
    }

    public YamlMappingNode Node { get; }

    public string Field { get; }

    public SpecificationErrors Errors { get; }

    public IEnumerable<string> Keys => _values.Keys;

    public string PathOf(string key) => Field.Length == 0 ? key : $"{Field}.{key}";

    /// <summary>The node of a key; null if the key is absent.</summary>
    public YamlNode? Take(string key)
    {
        _known.Add(key);
        return _values.GetValueOrDefault(key);
    }

    /// <summary>A text; null if the key is absent or wrong.</summary>
    public string? Text(string key) => Take(key) switch
    {
        null => null,
        YamlScalarNode { Value: { Length: > 0 } text } => text,
        YamlScalarNode { Style: not YamlDotNet.Core.ScalarStyle.Plain } => "",
        YamlNode wrong => Refuse<string>(wrong, key, "A text is expected."),
    };

    /// <summary>A number; null if the key is absent or wrong.</summary>
    public double? Number(string key) => Scalar<double>(key, "A number is expected.",
        (string text, out double value) => double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out value) && double.IsFinite(value));

    /// <summary>A whole number from 0; null if the key is absent or wrong.</summary>
    public uint? Count(string key) => Scalar<uint>(key, $"A whole number from 0 to {uint.MaxValue} is expected.",
        (string text, out uint value) => uint.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value));

    /// <summary>true or false; null if the key is absent or wrong.</summary>
    public bool? Flag(string key) => Scalar<bool>(key, "true or false is expected.", bool.TryParse);

    /// <summary>A nested mapping; null if the key is absent or wrong.</summary>
    public Section? Sub(string key) => Take(key) switch
    {
        null => null,
        YamlMappingNode mapping => new Section(mapping, PathOf(key), Errors),
        YamlNode wrong => Refuse<Section>(wrong, key, "A mapping (key: value) is expected."),
    };

    public delegate bool Parser<T>(string text, out T value);

    /// <summary>Reads a scalar; null if the key is absent or the parser refuses.</summary>
    public T? Scalar<T>(string key, string expected, Parser<T> parse)
        where T : struct
    {
        YamlNode? node = Take(key);
        if (node is null)
            return null;
        if (node is YamlScalarNode { Value: string text } && parse(text, out T value))
            return value;
        Errors.Add(node, PathOf(key), node is YamlScalarNode { Value: { Length: > 0 } given } ? $"{expected} '{given}' is none." : expected);
        return null;
    }

    /// <summary>Reports every key that was not asked for, with the key that may have been meant.</summary>
    public void Finish()
    {
        foreach (string key in _values.Keys.Where(k => !_known.Contains(k)))
        {
            string? near = _known.MinBy(k => Distance(k, key)) is string best && Distance(best, key) <= 2 ? best : null;
            Errors.Add(_keys[key], PathOf(key), near is null
                ? $"There is no such key; the keys here are {string.Join(", ", _known.Order(StringComparer.Ordinal))}."
                : $"There is no such key; is '{near}' meant?");
        }
    }

    private T? Refuse<T>(YamlNode node, string key, string message)
        where T : class
    {
        Errors.Add(node, PathOf(key), message);
        return null;
    }

    /// <summary>Edit distance: insertions, deletions and replacements.</summary>
    private static int Distance(string a, string b)
    {
        int[] row = [.. Enumerable.Range(0, b.Length + 1)];
        for (int i = 1; i <= a.Length; i++)
        {
            int diagonal = row[0]++;
            for (int j = 1; j <= b.Length; j++)
            {
                int best = Math.Min(diagonal + (a[i - 1] == b[j - 1] ? 0 : 1), Math.Min(row[j], row[j - 1]) + 1);
                (diagonal, row[j]) = (row[j], best);
            }
        }

        return row[^1];
    }
}
