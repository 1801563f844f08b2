namespace VideoGrain.Orchestrator.Persistence;

/// <summary>Which texts every database can hold: PostgreSQL has no U+0000.</summary>
internal static class StorableText
{
    /// <summary>What is wrong with other texts, for messages.</summary>
    public const string Rule = "must not hold the character U+0000";

    /// <summary>Whether a text can be stored. One that cannot is nobody's id, name or label.</summary>
    public static bool IsStorable(this string text) => !text.Contains('\0', StringComparison.Ordinal);
}
