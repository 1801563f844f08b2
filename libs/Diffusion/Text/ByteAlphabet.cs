namespace VideoGrain.Diffusion.Text;

/// <summary>The printable character that stands for each byte in byte-level vocabularies (as introduced with GPT-2).</summary>
internal static class ByteAlphabet
{
    private const int ByteValues = 256;

    /// <summary>Printable Latin-1 bytes stand for themselves; the others, in order, take the characters from 256 on.</summary>
    public static string[] Symbols { get; } = Build();

    private static string[] Build()
    {
        var symbols = new string[ByteValues];
        var next = ByteValues;
        for (var value = 0; value < ByteValues; value++)
        {
            var printable = value is (>= '!' and <= '~') or (>= 0xA1 and <= 0xAC) or (>= 0xAE and <= 0xFF);
            symbols[value] = ((char)(printable ? value : next++)).ToString();
        }

        return symbols;
    }
}
