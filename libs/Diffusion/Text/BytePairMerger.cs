using System.Text;

namespace VideoGrain.Diffusion.Text;

/// <summary>Byte-pair encoding of single words: the lowest-ranked neighbouring pair is merged until none is left.</summary>
internal sealed class BytePairMerger(Dictionary<string, int> vocabulary, Dictionary<(int Left, int Right), (int Rank, int Merged)> merges)
{
    /// <summary>Marks the last symbol of a word.</summary>
    public const string WordEnd = "</w>";

    private readonly int[] _inner = [.. ByteAlphabet.Symbols.Select(symbol => vocabulary[symbol])];
    private readonly int[] _last = [.. ByteAlphabet.Symbols.Select(symbol => vocabulary[symbol + WordEnd])];

    /// <summary>Appends the tokens of one word.</summary>
    public void Encode(ReadOnlySpan<char> word, List<int> output)
    {
        var bytes = Encoding.UTF8.GetBytes(word.ToArray());
        var tokens = new List<int>(bytes.Length);
        for (var i = 0; i < bytes.Length; i++) tokens.Add((i == bytes.Length - 1 ? _last : _inner)[bytes[i]]);
        while (FindLowestPair(tokens) is { } pair) Merge(tokens, pair.Left, pair.Right, pair.Merged);
        output.AddRange(tokens);
    }

    private (int Left, int Right, int Merged)? FindLowestPair(List<int> tokens)
    {
        var lowest = int.MaxValue;
        (int Left, int Right, int Merged)? found = null;
        for (var i = 0; i + 1 < tokens.Count; i++)
        {
            if (!merges.TryGetValue((tokens[i], tokens[i + 1]), out var merge) || merge.Rank >= lowest) continue;
            lowest = merge.Rank;
            found = (tokens[i], tokens[i + 1], merge.Merged);
        }

        return found;
    }

    /// <summary>Merges every occurrence of a pair, from left to right.</summary>
    private static void Merge(List<int> tokens, int left, int right, int merged)
    {
        var write = 0;
        for (var read = 0; read < tokens.Count; read++)
        {
            var isPair = read + 1 < tokens.Count && tokens[read] == left && tokens[read + 1] == right;
            tokens[write++] = isPair ? merged : tokens[read];
            if (isPair) read++;
        }

        tokens.RemoveRange(write, tokens.Count - write);
    }
}
