namespace VideoGrain.Segmentation.Models;

/// <summary>A frame as a promptable model sees it.</summary>
/// <param name="Input">How the frame was fitted.</param>
/// <param name="Width">Columns of the frame.</param>
/// <param name="Height">Rows of the frame.</param>
/// <param name="Features">What the encoder computed.</param>
internal sealed record EncodedFrame(ModelInput Input, int Width, int Height, IReadOnlyList<Feature> Features);
