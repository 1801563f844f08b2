namespace VideoGrain.Editing.Attention;

/// <summary>
/// Resolution at which attention is recorded: the finest with at most 32 x 32 tokens in a frame; that size was published, for latents of
/// 64 x 64.
/// </summary>
/// <param name="Level">Level of the network: 0 is the latent's own size, each further one half of it.</param>
/// <param name="Rows">Rows of tokens; the last may reach over the latent's edge.</param>
/// <param name="Columns">Columns of tokens, likewise.</param>
public readonly record struct AttentionGrid(int Level, int Rows, int Columns)
{
    private const int MostTokens = 32 * 32;

    /// <summary>Latent rows and columns that a token stands for.</summary>
    public int LatentsPerToken => 1 << Level;

    /// <summary>The grid of latents of a size.</summary>
    public static AttentionGrid Of(int latentHeight, int latentWidth)
    {
        var level = 0;
        while ((latentHeight >> level) * (latentWidth >> level) > MostTokens) level++;
        var round = (1 << level) - 1;
        return new AttentionGrid(level, (latentHeight + round) >> level, (latentWidth + round) >> level);
    }
}
