using VideoGrain.Media;
using VideoGrain.Media.Flow;

namespace VideoGrain.Segmentation.Regions;

/// <summary>Moves masks along a flow.</summary>
internal static class MaskWarp
{
    // Pixels that drift apart leave gaps of one pixel.
    private const int GapRadius = 1;

    /// <summary>The mask where its pixels arrive in the next frame; those that leave the frame are lost.</summary>
    public static Mask Forward(Mask mask, FlowField flow)
    {
        var set = new byte[mask.Set.Length];
        for (var i = 0; i < set.Length; i++)
        {
            if (mask.Set[i] == 0)
                continue;
            var x = (int)MathF.Round((i % mask.Width) + flow.Displacement[2 * i]);
            var y = (int)MathF.Round((i / mask.Width) + flow.Displacement[(2 * i) + 1]);
            if ((uint)x < (uint)mask.Width && (uint)y < (uint)mask.Height)
                set[(y * mask.Width) + x] = 1;
        }

        return Morphology.Close(new Mask(mask.Width, mask.Height, set), GapRadius);
    }

    /// <summary>The mask moved as a whole, by whole pixels; what leaves the frame is lost.</summary>
    public static Mask Shift(Mask mask, (double X, double Y) by)
    {
        var (dx, dy) = ((int)Math.Round(by.X), (int)Math.Round(by.Y));
        var set = new byte[mask.Set.Length];
        for (var i = 0; i < set.Length; i++)
        {
            var (x, y) = ((i % mask.Width) + dx, (i / mask.Width) + dy);
            if (mask.Set[i] != 0 && (uint)x < (uint)mask.Width && (uint)y < (uint)mask.Height)
                set[(y * mask.Width) + x] = 1;
        }

        return new Mask(mask.Width, mask.Height, set);
    }
}
