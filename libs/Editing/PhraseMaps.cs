namespace VideoGrain.Editing;

/// <summary>How strongly the image tokens of every frame are drawn to each region's phrase at one step.</summary>
/// <param name="Regions">Regions of the edit.</param>
/// <param name="Frames">Frames of the clip.</param>
/// <param name="Height">Rows of tokens.</param>
/// <param name="Width">Columns of tokens.</param>
/// <param name="Values">
/// [regions, frames, height, width]: scaled cross-attention scores before softmax and modulation, mean over the phrase's tokens, heads and
/// layers; 0 for a region without a phrase.
/// </param>
public sealed record PhraseMaps(int Regions, int Frames, int Height, int Width, float[] Values);
