namespace VideoGrain.Diffusion.Text;

/// <summary>A prompt as token ids.</summary>
public sealed class TokenizedText
{
    private readonly int[] _ids;

    internal TokenizedText(int[] ids, int length, int untruncatedLength)
    {
        _ids = ids;
        Length = length;
        UntruncatedLength = untruncatedLength;
    }

    /// <summary>The ids, cut or padded to the tokenizer's length: begin token, content, end token, padding.</summary>
    public ReadOnlySpan<int> Ids => _ids;

    /// <summary>Number of ids before the padding, begin and end token included.</summary>
    public int Length { get; }

    /// <summary>What <see cref="Length"/> would be without truncation; larger than it when the prompt did not fit.</summary>
    public int UntruncatedLength { get; }

    /// <summary>The ids between begin and end token.</summary>
    public ReadOnlySpan<int> Content => _ids.AsSpan(1, Length - 2);
}
