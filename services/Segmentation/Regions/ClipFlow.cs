using VideoGrain.Media;
using VideoGrain.Media.Flow;
using VideoGrain.Media.Resizing;

namespace VideoGrain.Segmentation.Regions;

/// <summary>Flow that is good enough to carry masks along: estimated on small frames, scaled up.</summary>
internal static class ClipFlow
{
    /// <summary>Longest side of the frames that flow is estimated on, in pixels.</summary>
    public const int MostSide = 160;

    public static FlowField Estimate(Frame from, Frame to, CancellationToken cancellationToken)
    {
        var scale = Math.Min(1.0, (double)MostSide / Math.Max(from.Width, from.Height));
        if (scale == 1)
            return PyramidalFlow.Estimate(from, to, cancellationToken);
        var (width, height) = (Math.Max(1, (int)(from.Width * scale)), Math.Max(1, (int)(from.Height * scale)));
        var small = PyramidalFlow.Estimate(
            from.Resize(width, height, ResizeFilter.Area), to.Resize(width, height, ResizeFilter.Area), cancellationToken);
        return Enlarge(small, from.Width, from.Height);
    }

    private static FlowField Enlarge(FlowField small, int width, int height)
    {
        var displacement = Resizer.Resize(small.Displacement, small.Width, small.Height, 2, width, height, ResizeFilter.Bilinear);
        var (sx, sy) = ((float)width / small.Width, (float)height / small.Height);
        var visible = new bool[width * height];
        for (var i = 0; i < visible.Length; i++)
        {
            displacement[2 * i] *= sx;
            displacement[(2 * i) + 1] *= sy;
            visible[i] = small.Visible[((int)((long)(i / width) * small.Height / height) * small.Width) + (int)((long)(i % width) * small.Width / width)];
        }

        return new FlowField(width, height, displacement, visible);
    }
}
