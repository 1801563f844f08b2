using VideoGrain.Media;

namespace VideoGrain.Segmentation.Models;

/// <summary>What a promptable model takes for the object meant.</summary>
/// <param name="Mask">Its pixels, in the frame's size.</param>
/// <param name="Score">How good the model thinks the mask is, 0 to 1.</param>
internal sealed record PromptedMask(Mask Mask, double Score);
