namespace VideoGrain.Editing;

/// <summary>What a region's token count is divided by in the size term of self-attention modulation.</summary>
public enum SizeDivisor
{
    /// <summary>f * n, all tokens of the clip: the share of the clip that the regions of a token cover.</summary>
    Tokens,

    /// <summary>f * f * n, as released; the term then hardly differs from 1.</summary>
    FramesTimesTokens,
}
