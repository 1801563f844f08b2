using VideoGrain.Diffusion.Configuration;

namespace VideoGrain.Diffusion.Text;

/// <summary>The contents of a tokenizer folder, checked.</summary>
internal sealed class TokenizerFiles
{
    private const int DefaultMaxLength = 77;

    // CLIP's vocabulary has room for this many merges; files with more are read up to here, as the published tokenizer does.
    private const int MostMerges = 49152 - 256 - 2;
    private const long LargestMergesFile = 16 * 1024 * 1024;

    public required Dictionary<string, int> Vocabulary { get; init; }

    public required Dictionary<(int Left, int Right), (int Rank, int Merged)> Merges { get; init; }

    /// <summary>Tokens that are matched as a whole, longest first.</summary>
    public required IReadOnlyList<(string Token, int Id)> SpecialTokens { get; init; }

    public required int BeginToken { get; init; }

    public required int EndToken { get; init; }

    public required int PadToken { get; init; }

    public required int MaxLength { get; init; }

    public static TokenizerFiles Read(string folder)
    {
        var vocabularyPath = Path.Combine(folder, "vocab.json");
        var vocabulary = JsonConfig.Read(vocabularyPath).AllInts(0, ConfigLimits.Vocabulary);
        CheckAlphabet(vocabularyPath, vocabulary);
        var config = Optional(folder, "tokenizer_config.json");
        var map = Optional(folder, "special_tokens_map.json");

        string Token(string field, string fallback) => map?.OptionalToken(field) ?? config?.OptionalToken(field) ?? fallback;
        int Id(string field, string token) =>
            vocabulary.TryGetValue(token, out var id) ? id : throw new ModelFormatException(vocabularyPath, token, $"the {field} is not in the vocabulary");

        var begin = Token("bos_token", "<|startoftext|>");
        var end = Token("eos_token", "<|endoftext|>");
        var pad = Token("pad_token", end);
        var special = new List<(string Token, int Id)>();
        foreach (var (field, token) in new[] { ("bos_token", begin), ("eos_token", end), ("pad_token", pad) })
        {
            var entry = (token, Id(field, token));

            // A padding token of one character, such as "!", is also an ordinary word.
            if (token.Length > 1 && !special.Contains(entry)) special.Add(entry);
        }

        return new TokenizerFiles
        {
            Vocabulary = vocabulary,
            Merges = ReadMerges(Path.Combine(folder, "merges.txt"), vocabulary),
            SpecialTokens = [.. special.OrderByDescending(entry => entry.Token.Length)],
            BeginToken = Id("bos_token", begin),
            EndToken = Id("eos_token", end),
            PadToken = Id("pad_token", pad),
            MaxLength = config is null ? DefaultMaxLength : ReadMaxLength(config),
        };
    }

    /// <summary>Some files state an astronomic number where they mean that they do not know.</summary>
    private static int ReadMaxLength(JsonConfig config)
    {
        const int Shortest = 3;
        var stated = config.Number("model_max_length", Shortest, double.MaxValue, DefaultMaxLength);
        return stated > ConfigLimits.Positions ? DefaultMaxLength : (int)stated;
    }

    private static JsonConfig? Optional(string folder, string file)
    {
        var path = Path.Combine(folder, file);
        return File.Exists(path) ? JsonConfig.Read(path) : null;
    }

    /// <summary>Every byte must have a symbol, inside and at the end of a word: then any text can be encoded.</summary>
    private static void CheckAlphabet(string path, Dictionary<string, int> vocabulary)
    {
        foreach (var symbol in ByteAlphabet.Symbols)
        {
            foreach (var token in new[] { symbol, symbol + BytePairMerger.WordEnd })
            {
                if (!vocabulary.ContainsKey(token))
                    throw new ModelFormatException(path, token, "is missing from the vocabulary; every byte needs a token");
            }
        }

        if (vocabulary.Values.Distinct().Count() != vocabulary.Count)
            throw new ModelFormatException(path, null, "gives two tokens the same id");
        var largest = vocabulary.MaxBy(entry => entry.Value);
        if (largest.Value != vocabulary.Count - 1)
            throw new ModelFormatException(path, largest.Key, $"has id {largest.Value}, but there are only {vocabulary.Count} tokens");
    }

    private static Dictionary<(int Left, int Right), (int Rank, int Merged)> ReadMerges(string path, Dictionary<string, int> vocabulary)
    {
        var merges = new Dictionary<(int Left, int Right), (int Rank, int Merged)>();
        var number = 0;
        foreach (var line in ReadLines(path))
        {
            // The first line states the format's version.
            if (number++ == 0 || line.Length == 0) continue;
            if (merges.Count == MostMerges) break;
            var parts = line.Split(' ');
            if (parts.Length != 2
                || !vocabulary.TryGetValue(parts[0], out var left)
                || !vocabulary.TryGetValue(parts[1], out var right)
                || !vocabulary.TryGetValue(parts[0] + parts[1], out var merged))
            {
                throw new ModelFormatException(path, $"line {number}", "is not a pair of tokens whose merger is in the vocabulary");
            }

            if (!merges.TryAdd((left, right), (merges.Count, merged)))
                throw new ModelFormatException(path, $"line {number}", "repeats an earlier merge");
        }

        return merges;
    }

    private static IEnumerable<string> ReadLines(string path)
    {
        try
        {
            var file = new FileInfo(path);
            if (!file.Exists) throw new ModelFormatException(path, null, "is missing");
            if (file.Length > LargestMergesFile)
                throw new ModelFormatException(path, null, $"has {file.Length} bytes, at most {LargestMergesFile} are allowed");
            return File.ReadAllLines(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ModelFormatException(path, null, "cannot be read", e);
        }
    }
}
