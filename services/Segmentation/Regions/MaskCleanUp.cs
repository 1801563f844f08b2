using VideoGrain.Media;

namespace VideoGrain.Segmentation.Regions;

/// <summary>How found masks are tidied: gaps closed and holes filled, and small ones left out.</summary>
/// <param name="Radius">Radius of the closing in pixels of the clip; 0 leaves masks as they are.</param>
/// <param name="MinArea">Least area as a fraction of the frame, 0 to 1.</param>
internal readonly record struct MaskCleanUp(int Radius, double MinArea)
{
    // Closing widens a mask by the radius before it narrows it again.
    private const int MarginPerRadius = 2;

    public Mask Tidy(Mask mask)
    {
        if (Radius == 0 || MaskGeometry.Bounds(mask) is not { } bounds)
            return mask;

        // Only what lies around the mask can change, which is a small part of most frames.
        var margin = MarginPerRadius * Radius;
        var (left, top) = (Math.Max(0, bounds.Left - margin), Math.Max(0, bounds.Top - margin));
        var (width, height) = (Math.Min(mask.Width, bounds.Right + margin) - left, Math.Min(mask.Height, bounds.Bottom + margin) - top);
        var part = new byte[width * height];
        for (var y = 0; y < height; y++)
            mask.Set.AsSpan(((top + y) * mask.Width) + left, width).CopyTo(part.AsSpan(y * width));
        var tidy = Morphology.FillHoles(Morphology.Close(new Mask(width, height, part), Radius));
        var whole = new byte[mask.Set.Length];
        for (var y = 0; y < height; y++)
            tidy.Set.AsSpan(y * width, width).CopyTo(whole.AsSpan(((top + y) * mask.Width) + left));
        return new Mask(mask.Width, mask.Height, whole);
    }

    public bool IsLargeEnough(Mask mask) => mask.Count >= Math.Max(1, MinArea * mask.Width * mask.Height);
}
