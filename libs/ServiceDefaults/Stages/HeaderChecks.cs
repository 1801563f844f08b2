using System.Globalization;
using VideoGrain.Diffusion.Text;
using VideoGrain.Editing;
using VideoGrain.ServiceDefaults.Errors;

namespace VideoGrain.ServiceDefaults.Stages;

/// <summary>Checks that the headers of several calls share.</summary>
public static class HeaderChecks
{
    /// <summary>Most characters of a job's name.</summary>
    public const int MaxJobIdLength = 128;

    /// <summary>Most characters of a region's or an upload's name.</summary>
    public const int MaxNameLength = 64;

    /// <summary>Adds a violation when a prompt has more tokens than the text encoder takes.</summary>
    public static void Prompt(ViolationList violations, string field, string text, ClipTokenizer tokenizer)
    {
        if (text.Length > ClipTokenizer.MaxTextLength)
        {
            violations.Add(field, Text($"may have {ClipTokenizer.MaxTextLength} characters, has {text.Length}"), EditReasons.TokensExceedLimit);
            return;
        }

        var tokens = tokenizer.Encode(text).UntruncatedLength;
        if (tokens > tokenizer.MaxLength)
            violations.Add(field, Text($"may have {tokenizer.MaxLength} tokens, begin and end marker included, has {tokens}"), EditReasons.TokensExceedLimit);
    }

    /// <summary>Adds a violation when a valid number of steps is beyond the stage's limit; the options' own check tells invalid ones.</summary>
    public static void Steps(ViolationList violations, string field, int steps, StageLimitsOptions limits)
    {
        if (steps is >= 1 and <= EditOptions.MaxSteps) violations.Range(field, steps, 1, limits.MaxSteps);
    }

    /// <summary>Adds a violation unless a name is 1 to 64 characters of a-z, A-Z, 0-9, '_', '-', '.'.</summary>
    public static void Name(ViolationList violations, string field, string name)
    {
        if (name.Length is < 1 or > MaxNameLength || !name.All(IsNameCharacter))
            violations.Add(field, Text($"must be 1 to {MaxNameLength} characters of a-z, A-Z, 0-9, '_', '-', '.'"));
    }

    /// <summary>Adds a violation for each name that occurred before.</summary>
    public static void Unique(ViolationList violations, IReadOnlyList<string> names, Func<int, string> field)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < names.Count; i++)
        {
            if (!seen.Add(names[i])) violations.Add(field(i), "occurs twice", ErrorReasons.NameNotUnique);
        }
    }

    private static bool IsNameCharacter(char character) => char.IsAsciiLetterOrDigit(character) || character is '_' or '-' or '.';

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
