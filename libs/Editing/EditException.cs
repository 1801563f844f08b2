namespace VideoGrain.Editing;

/// <summary>A request that cannot be carried out, or a run that failed for a reason the caller can name.</summary>
public class EditException : Exception
{
    /// <summary>One violation.</summary>
    /// <param name="reason">Stable code, see <see cref="EditReasons"/>.</param>
    /// <param name="field">Path of the offending field; empty where no field is to blame.</param>
    /// <param name="message">What is wrong and which limit holds.</param>
    public EditException(string reason, string field, string message)
        : base(field.Length == 0 ? message : $"{field}: {message}")
    {
        Reason = reason;
        Field = field;
        Violations = [new OptionViolation(field, message, reason)];
    }

    /// <summary>Several violations at once; reason and field are those of the first.</summary>
    /// <exception cref="ArgumentException">There is none.</exception>
    public EditException(IReadOnlyList<OptionViolation> violations)
        : base(string.Join("; ", violations.Select(v => $"{v.Field}: {v.Message}")))
    {
        if (violations.Count == 0) throw new ArgumentException("at least one violation is needed", nameof(violations));
        Reason = violations[0].Reason;
        Field = violations[0].Field;
        Violations = violations;
    }

    /// <summary>Stable reason code.</summary>
    public string Reason { get; }

    /// <summary>Path of the offending field, or empty.</summary>
    public string Field { get; }

    /// <summary>Everything that is wrong.</summary>
    public IReadOnlyList<OptionViolation> Violations { get; }

    /// <summary>Throws when there is at least one violation.</summary>
    public static void ThrowIfAny(IReadOnlyList<OptionViolation> violations)
    {
        if (violations.Count > 0) throw new EditException(violations);
    }
}
