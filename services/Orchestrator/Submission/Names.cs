namespace VideoGrain.Orchestrator.Submission;

/// <summary>The names that callers give to uploads and regions.</summary>
internal static class Names
{
    /// <summary>Most characters of a name.</summary>
    public const int MaxLength = 64;

    /// <summary>What a name must look like, for messages.</summary>
    public const string Rule = "must have 1 to 64 characters of a-z, A-Z, 0-9, '_', '-', '.'";

    /// <summary>Whether a name follows the rule. A name may still be "." or "..": it is never used as a path.</summary>
    public static bool IsValid(string name) =>
        name.Length is > 0 and <= MaxLength && name.All(character => char.IsAsciiLetterOrDigit(character) || character is '_' or '-' or '.');
}
