using System.Text;

namespace VideoGrain.Diffusion.Text;

/// <summary>
/// The clean-up that CLIP prompts get before they are cut into tokens: composed letters (NFC), straight quotes, full-width forms and Latin
/// ligatures replaced, control characters dropped, white space collapsed, lower case.
/// </summary>
internal static class PromptCleaner
{
    private const char FullWidthFirst = '\uFF01', FullWidthLast = '\uFF5E', AsciiFirst = '!';

    public static string Clean(string text)
    {
        var result = new StringBuilder(text.Length);
        var pendingSpace = false;
        foreach (var rune in CanonicalComposition.Normalize(text).EnumerateRunes())
        {
            if (Rune.IsWhiteSpace(rune))
            {
                pendingSpace = result.Length > 0;
                continue;
            }

            if (Rune.IsControl(rune) || rune.Value is 0xFEFF) continue;
            if (pendingSpace) result.Append(' ');
            pendingSpace = false;
            result.Append(Replace(rune));
        }

        return result.ToString().ToLowerInvariant();
    }

    private static string Replace(Rune rune) => rune.Value switch
    {
        0x2018 or 0x2019 or 0x201A or 0x201B => "'",
        0x201C or 0x201D or 0x201E or 0x201F => "\"",
        0xFB00 => "ff",
        0xFB01 => "fi",
        0xFB02 => "fl",
        0xFB03 => "ffi",
        0xFB04 => "ffl",
        >= FullWidthFirst and <= FullWidthLast => ((char)(rune.Value - FullWidthFirst + AsciiFirst)).ToString(),
        _ => rune.ToString(),
    };
}
