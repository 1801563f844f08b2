using Microsoft.Extensions.Options;
using VideoGrain.ServiceDefaults.Security;

namespace VideoGrain.ServiceDefaults.Telemetry;

/// <summary>
/// The "caller" label: callers named in the configuration and, up to Telemetry:MaxCallers in all, those met first; the rest are "other".
/// Totals stay right, and no caller can make series without end.
/// </summary>
public sealed class CallerLabels
{
    /// <summary>The value that callers beyond the limit share.</summary>
    public const string Other = "other";

    private const int LongestName = 128;

    private readonly BoundedLabel _label;

    /// <summary>Makes the label's closed set; configured callers have their places from the start.</summary>
    public CallerLabels(IOptions<TelemetryOptions> options, IOptions<AuthOptions> auth)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(auth);
        _label = new BoundedLabel(options.Value.MaxCallers, Other, name => name.Length is > 0 and <= LongestName && !name.Any(char.IsControl));
        foreach (var name in auth.Value.Callers.Keys.Order(StringComparer.Ordinal)) _label.Of(name);
    }

    /// <summary>The label of a caller.</summary>
    public string Of(string caller) => _label.Of(caller);
}
