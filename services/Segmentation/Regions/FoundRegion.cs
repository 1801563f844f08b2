using VideoGrain.Media;

namespace VideoGrain.Segmentation.Regions;

/// <summary>A region of a call, found.</summary>
/// <param name="Masks">One mask per frame, in the clip's size.</param>
/// <param name="Confidence">Confidence, 0 to 1; 1 for what needs no model.</param>
internal sealed record FoundRegion(IReadOnlyList<Mask> Masks, double Confidence);
