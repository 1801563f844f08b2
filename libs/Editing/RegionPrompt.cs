namespace VideoGrain.Editing;

/// <summary>One region of an edit: what it should become, and where it is.</summary>
/// <param name="Phrase">
/// Local prompt; occurs word for word in the edit prompt. An empty phrase names nothing: the region still separates its tokens
/// from the others in self-attention (this is how a background is protected).
/// </param>
/// <param name="Mask">Layout mask of any size, one frame per frame of the clip; it is resampled to the latent's levels.</param>
public sealed record RegionPrompt(string Phrase, LayoutMask Mask);
