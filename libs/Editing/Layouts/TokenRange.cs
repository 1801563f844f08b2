namespace VideoGrain.Editing.Layouts;

/// <summary>Where a region's phrase stands in the edit prompt.</summary>
/// <param name="Start">Index of its first token; the begin marker is token 0.</param>
/// <param name="Count">Number of its tokens.</param>
public readonly record struct TokenRange(int Start, int Count)
{
    /// <summary>Index after the last token.</summary>
    public int End => Start + Count;
}
