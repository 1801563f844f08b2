using System.Collections.Concurrent;

namespace VideoGrain.ServiceDefaults.Telemetry;

/// <summary>
/// Keeps a label's set of values closed: the first values up to a number keep their names, all later ones share one. What comes from outside
/// can therefore not make series without end.
/// </summary>
/// <param name="capacity">Most values besides <paramref name="other"/>, 0 or more.</param>
/// <param name="other">The value that the rest share.</param>
/// <param name="isValid">Whether a value may keep its name.</param>
public sealed class BoundedLabel(int capacity, string other, Func<string, bool> isValid)
{
    private const int MostReasons = 64;
    private const int LongestReason = 64;

    private readonly ConcurrentDictionary<string, string> _known = new(StringComparer.Ordinal);
    private readonly Lock _gate = new();

    /// <summary>A label for stable reasons of errors: upper case, digits and underscores; the rest is "OTHER".</summary>
    public static BoundedLabel Reasons() => new(
        MostReasons, "OTHER", value => value.Length <= LongestReason && value.All(c => char.IsAsciiLetterUpper(c) || char.IsAsciiDigit(c) || c == '_'));

    /// <summary>The label's value for a name.</summary>
    public string Of(string value)
    {
        if (_known.TryGetValue(value, out var known)) return known;
        if (!isValid(value)) return other;
        lock (_gate)
        {
            if (_known.Count < capacity) _known.TryAdd(value, value);
        }

        return _known.GetValueOrDefault(value, other);
    }
}
