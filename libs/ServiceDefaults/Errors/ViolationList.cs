using System.Collections;

namespace VideoGrain.ServiceDefaults.Errors;

/// <summary>
/// Collects everything that is wrong with a request, so that it is reported at once. A request can be wrong in a million places: the first
/// <see cref="MaxKept"/> violations are kept, the others counted.
/// </summary>
public sealed class ViolationList : IReadOnlyList<Violation>
{
    /// <summary>Most violations that are kept; more than an answer has room for.</summary>
    public const int MaxKept = 256;

    private readonly List<Violation> _items = [];

    /// <summary>Violations that are kept, at most <see cref="MaxKept"/>.</summary>
    public int Count => _items.Count;

    /// <summary>Violations that were found after the list was full.</summary>
    public int Omitted { get; private set; }

    /// <summary>All violations that were found, kept or not.</summary>
    public int Found => Count + Omitted;

    /// <inheritdoc/>
    public Violation this[int index] => _items[index];

    /// <summary>Adds a violation.</summary>
    /// <param name="field">Path of the field.</param>
    /// <param name="description">What is wrong and which limit holds.</param>
    /// <param name="reason">Stable reason.</param>
    public void Add(string field, string description, string reason = ErrorReasons.FieldInvalid) => Add(new Violation(field, description, reason));

    /// <summary>Adds violations found elsewhere.</summary>
    public void AddRange(IEnumerable<Violation> violations)
    {
        foreach (var violation in violations) Add(violation);
    }

    /// <summary>Adds a violation unless a number lies within its range; NaN never does.</summary>
    public void Range(string field, double value, double least, double most, string reason = ErrorReasons.OptionOutOfRange)
    {
        if (!(value >= least && value <= most)) Add(field, FormattableString.Invariant($"must be from {least} to {most}, got {value}"), reason);
    }

    /// <summary>Adds a violation when a text is longer than allowed.</summary>
    public void MaxLength(string field, string value, int most)
    {
        if (value.Length > most) Add(field, FormattableString.Invariant($"must have at most {most} characters, has {value.Length}"));
    }

    /// <summary>Throws when there is at least one violation.</summary>
    /// <exception cref="VideoGrainException">INVALID_ARGUMENT with the violations that are kept and the number of the others.</exception>
    public void ThrowIfAny()
    {
        if (_items.Count > 0) throw VideoGrainException.Invalid(_items, Omitted);
    }

    /// <inheritdoc/>
    public IEnumerator<Violation> GetEnumerator() => _items.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    private void Add(Violation violation)
    {
        if (_items.Count < MaxKept) _items.Add(violation);
        else Omitted++;
    }
}
