using System.Text.Json.Serialization;

namespace VideoGrain.Cli.Output;

/// <summary>Why a command did not do what it was asked.</summary>
/// <param name="ExitCode">What the shell gets.</param>
/// <param name="Reason">Stable UPPER_SNAKE reason.</param>
/// <param name="Message">One sentence for people.</param>
/// <param name="Violations">Fields at fault, with their place in the specification where there is one.</param>
internal sealed record Failure(int ExitCode, string Reason, string Message, IReadOnlyList<FailureDetail> Violations)
{
    /// <summary>Seconds after which trying again may help; null where it does not.</summary>
    public double? RetryAfterSeconds { get; init; }

    /// <summary>The failure for people.</summary>
    [JsonIgnore]
    public IEnumerable<string> Lines => Violations.Count == 0
        ? [$"error: {Message} ({Reason})"]
        : Violations.Select(v => v.ToString());
}
