namespace VideoGrain.Orchestrator.Submission;

/// <summary>Words of prompts, as far as they can be told without the model's tokenizer.</summary>
internal static class Phrases
{
    /// <summary>Words of a text, separated by white space.</summary>
    public static int CountWords(string text) => Words(text).Length;

    /// <summary>
    /// Whether a phrase surely does not occur in a prompt: tokenizers fold case and white space and nothing else, so what is not there as
    /// text is not there as tokens.
    /// </summary>
    public static bool IsAbsent(string phrase, string prompt) =>
        !string.Join(' ', Words(prompt)).Contains(string.Join(' ', Words(phrase)), StringComparison.OrdinalIgnoreCase);

    private static string[] Words(string text) => text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
}
