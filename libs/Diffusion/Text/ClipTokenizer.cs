using System.Text;

namespace VideoGrain.Diffusion.Text;

/// <summary>CLIP's byte-level byte-pair tokenizer. Thread-safe.</summary>
public sealed class ClipTokenizer
{
    /// <summary>Longest text accepted, in UTF-16 units; far beyond any 77 tokens, it bounds the work on one prompt.</summary>
    public const int MaxTextLength = 4096;

    // Alternatives that the word pattern tries before letters, in this order.
    private static readonly string[] Contractions = ["'s", "'t", "'re", "'ve", "'m", "'ll", "'d"];

    private readonly TokenizerFiles _files;
    private readonly BytePairMerger _merger;

    private ClipTokenizer(TokenizerFiles files)
    {
        _files = files;
        _merger = new BytePairMerger(files.Vocabulary, files.Merges);
    }

    /// <summary>Number of ids every text is cut or padded to; 77 for Stable Diffusion 1.x.</summary>
    public int MaxLength => _files.MaxLength;

    /// <summary>Number of different ids.</summary>
    public int VocabularySize => _files.Vocabulary.Count;

    /// <summary>Id of the begin token.</summary>
    public int BeginToken => _files.BeginToken;

    /// <summary>Id of the end token.</summary>
    public int EndToken => _files.EndToken;

    /// <summary>Id that fills up short texts; the end token in Stable Diffusion 1.x.</summary>
    public int PadToken => _files.PadToken;

    /// <summary>Reads vocab.json, merges.txt and, where present, tokenizer_config.json and special_tokens_map.json.</summary>
    /// <param name="folder">The tokenizer/ folder of a model.</param>
    /// <exception cref="ModelFormatException">A file is missing, damaged or contradicts another.</exception>
    public static ClipTokenizer Load(string folder) => new(TokenizerFiles.Read(folder));

    /// <summary>Cleans, cuts and encodes a text.</summary>
    /// <exception cref="ArgumentException">The text is longer than <see cref="MaxTextLength"/>.</exception>
    public TokenizedText Encode(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (text.Length > MaxTextLength)
            throw new ArgumentException($"text has {text.Length} characters, at most {MaxTextLength} are allowed", nameof(text));
        var content = new List<int>();
        var clean = PromptCleaner.Clean(text);
        for (var position = 0; position < clean.Length;)
        {
            if (clean[position] == ' ')
            {
                position++;
                continue;
            }

            var length = WordLength(clean, position, out var special);
            if (special is { } id) content.Add(id);
            else _merger.Encode(clean.AsSpan(position, length), content);
            position += length;
        }

        return Frame(content);
    }

    private TokenizedText Frame(List<int> content)
    {
        const int Markers = 2;
        var kept = Math.Min(content.Count, MaxLength - Markers);
        var ids = new int[MaxLength];
        Array.Fill(ids, PadToken);
        ids[0] = BeginToken;
        content.CopyTo(0, ids, 1, kept);
        ids[kept + 1] = EndToken;
        return new TokenizedText(ids, kept + Markers, content.Count + Markers);
    }

    /// <summary>A word is a special token, a contraction, a run of letters, one numeral, or a run of anything else.</summary>
    private int WordLength(string text, int start, out int? special)
    {
        special = null;
        var rest = text.AsSpan(start);
        foreach (var (token, id) in _files.SpecialTokens)
        {
            if (!rest.StartsWith(token, StringComparison.Ordinal)) continue;
            special = id;
            return token.Length;
        }

        foreach (var contraction in Contractions)
        {
            if (rest.StartsWith(contraction, StringComparison.Ordinal)) return contraction.Length;
        }

        Rune.DecodeFromUtf16(rest, out var first, out var length);
        if (Rune.IsNumber(first)) return length;
        var letters = Rune.IsLetter(first);
        while (length < rest.Length)
        {
            Rune.DecodeFromUtf16(rest[length..], out var next, out var consumed);
            var continues = letters ? Rune.IsLetter(next) : !Rune.IsLetter(next) && !Rune.IsNumber(next) && !Rune.IsWhiteSpace(next);
            if (!continues || (!letters && StartsSpecial(rest[length..]))) break;
            length += consumed;
        }

        return length;
    }

    /// <summary>Special tokens are cut out before anything else, so a run of symbols ends where one begins.</summary>
    private bool StartsSpecial(ReadOnlySpan<char> text)
    {
        foreach (var (token, _) in _files.SpecialTokens)
        {
            if (text.StartsWith(token, StringComparison.Ordinal)) return true;
        }

        return false;
    }
}
