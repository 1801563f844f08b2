namespace VideoGrain.Editing;

/// <summary>What clustering needs of an inversion's attention, averaged over steps, layers of one resolution and heads.</summary>
/// <param name="Frames">Frames of the clip.</param>
/// <param name="Height">Rows of tokens.</param>
/// <param name="Width">Columns of tokens.</param>
/// <param name="TextTokens">Tokens of the padded source prompt.</param>
/// <param name="Self">
/// [frames, n, n]: probabilities of a frame's tokens attending to each other; rows sum to less than 1, as the softmax runs over the clip.
/// </param>
/// <param name="Cross">[frames, n, text tokens]: scaled scores of tokens with the words, before softmax.</param>
public sealed record AttentionRecord(int Frames, int Height, int Width, int TextTokens, float[] Self, float[] Cross)
{
    /// <summary>Tokens of a frame.</summary>
    public int TokensPerFrame => Height * Width;

    /// <summary>Self-attention of a frame, [n, n].</summary>
    public ReadOnlySpan<float> SelfOf(int frame) => Self.AsSpan(frame * TokensPerFrame * TokensPerFrame, TokensPerFrame * TokensPerFrame);

    /// <summary>Scores of a frame's tokens with the words, [n, text tokens].</summary>
    public ReadOnlySpan<float> CrossOf(int frame) => Cross.AsSpan(frame * TokensPerFrame * TextTokens, TokensPerFrame * TextTokens);
}
