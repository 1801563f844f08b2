using VideoGrain.Media;

namespace VideoGrain.Segmentation.Regions;

/// <summary>One object that a model found in one frame.</summary>
/// <param name="ClassName">Its class, as the model's profile names it.</param>
/// <param name="Score">Confidence, 0 to 1.</param>
/// <param name="Mask">Its pixels, in the clip's size.</param>
internal sealed record Detection(string ClassName, double Score, Mask Mask)
{
    /// <summary>Whether it is a part of another object, by its class.</summary>
    public bool IsPart { get; init; }
}
