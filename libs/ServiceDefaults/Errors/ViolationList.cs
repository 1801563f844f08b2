using System.Collections;

namespace VideoGrain.ServiceDefaults.Errors;

/// <summary>Collects everything that is wrong with a request, so that it is reported at once.</summary>
public sealed class ViolationList : IReadOnlyList<Violation>
{
    private readonly List<Violation> _items = [];

    /// <inheritdoc/>
    public int Count => _items.Count;

    /// <inheritdoc/>
    public Violation this[int index] => _items[index];

    /// <summary>Adds a violation.</summary>
    /// <param name="field">Path of the field.</param>
    /// <param name="description">What is wrong and which limit holds.</param>
    /// <param name="reason">Stable reason.</param>
    public void Add(string field, string description, string reason = ErrorReasons.FieldInvalid) =>
        _items.Add(new Violation(field, description, reason));

    /// <summary>Adds violations found elsewhere.</summary>
    public void AddRange(IEnumerable<Violation> violations) => _items.AddRange(violations);

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
    /// <exception cref="VideoGrainException">INVALID_ARGUMENT with all violations.</exception>
    public void ThrowIfAny()
    {
        if (_items.Count > 0) throw VideoGrainException.Invalid(this);
    }

    /// <inheritdoc/>
    public IEnumerator<Violation> GetEnumerator() => _items.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
