using VideoGrain.Media;

namespace VideoGrain.Segmentation.Regions;

/// <summary>How found masks are tidied: gaps closed and holes filled, and small ones left out.</summary>
/// <param name="Radius">Radius of the closing in pixels of the clip; 0 leaves masks as they are.</param>
/// <param name="MinArea">Least area as a fraction of the frame, 0 to 1.</param>
internal readonly record struct MaskCleanUp(int Radius, double MinArea)
{
    public Mask Tidy(Mask mask) => Radius == 0 ? mask : Morphology.FillHoles(Morphology.Close(mask, Radius));

    public bool IsLargeEnough(Mask mask) => mask.Count >= Math.Max(1, MinArea * mask.Width * mask.Height);
}
