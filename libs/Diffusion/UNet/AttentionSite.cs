namespace VideoGrain.Diffusion.UNet;

/// <summary>Where in the UNet an attention layer sits, and the clip it runs on.</summary>
/// <param name="Name">Parameter prefix, such as "up_blocks.1.attentions.2.transformer_blocks.0.attn1".</param>
/// <param name="Block">Which third of the UNet.</param>
/// <param name="BlockIndex">Index of the block within its third; 0 for the middle block.</param>
/// <param name="LayerIndex">Index of the transformer within the block.</param>
/// <param name="Level">Resolution level: 0 is the latent's own size, each further one half of it.</param>
/// <param name="Branches">Guidance branches in the batch: 2 means unconditional first, conditional second.</param>
/// <param name="Frames">Frames of the clip.</param>
/// <param name="Height">Rows of tokens at this level.</param>
/// <param name="Width">Columns of tokens at this level.</param>
/// <param name="Heads">Attention heads.</param>
/// <param name="Scale">Factor on the scores, 1 / sqrt(head size).</param>
public readonly record struct AttentionSite(
    string Name, UNetBlock Block, int BlockIndex, int LayerIndex, int Level,
    int Branches, int Frames, int Height, int Width, int Heads, float Scale);
