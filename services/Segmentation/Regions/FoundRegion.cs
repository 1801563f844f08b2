using VideoGrain.Protos.V1;

namespace VideoGrain.Segmentation.Regions;

/// <summary>A region of a call, found.</summary>
/// <param name="Masks">One mask per frame, in the clip's size.</param>
/// <param name="Confidence">Confidence, 0 to 1; 1 for what needs no model.</param>
internal sealed record FoundRegion(PackedMasks Masks, double Confidence)
{
    /// <summary>Objects that it is made of; none for what needs no model.</summary>
    public IReadOnlyList<TrackedObject> Objects { get; init; } = [];

    /// <summary>The region widened by some pixels on every side, in every frame where it is present.</summary>
    public FoundRegion Grow(int pixels) => pixels == 0 ? this : this with { Masks = PackedMasks.Of(Masks.Select(m => Morphology.Dilate(m, pixels))) };
}
