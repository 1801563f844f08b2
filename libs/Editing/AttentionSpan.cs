namespace VideoGrain.Editing;

/// <summary>Which frames a token's self-attention sees.</summary>
public enum AttentionSpan
{
    /// <summary>All frames of the clip (or of the window, for long clips): the published method.</summary>
    AllFrames,

    /// <summary>The first frame and the one before; the first frame sees itself.</summary>
    SparseCausal,

    /// <summary>Only its own frame.</summary>
    PerFrame,
}
