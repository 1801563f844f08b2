using VideoGrain.Media;
using VideoGrain.Media.Flow;
using VideoGrain.Media.Resizing;

namespace VideoGrain.Segmentation.Regions;

/// <summary>
/// Flow that is good enough to carry masks along: estimated on small frames, scaled up. Whether points stay visible is not told; what
/// hides objects shows in what is found of them.
/// </summary>
internal sealed class ClipFlow
{
    /// <summary>Longest side of the frames that flow is estimated on, in pixels.</summary>
    public const int MostSide = 160;

    private Lazy<Frame>? _before;

    /// <summary>Flow from the frame before to the next one of a clip, estimated when it is asked for; null for the first.</summary>
    public Lazy<FlowField>? Next(Frame frame, CancellationToken cancellationToken)
    {
        var (before, now) = (_before, new Lazy<Frame>(() => Shrink(frame), LazyThreadSafetyMode.None));
        _before = now;
        return before == null ? null : new Lazy<FlowField>(() => Estimate(before.Value, now.Value, frame, cancellationToken), LazyThreadSafetyMode.None);
    }

    /// <summary>Flow from one frame to another.</summary>
    public static FlowField Estimate(Frame from, Frame to, CancellationToken cancellationToken)
        => Estimate(Shrink(from), Shrink(to), to, cancellationToken);

    private static Frame Shrink(Frame frame)
    {
        var scale = Math.Min(1.0, (double)MostSide / Math.Max(frame.Width, frame.Height));
        return frame.Resize(Math.Max(1, (int)(frame.Width * scale)), Math.Max(1, (int)(frame.Height * scale)), ResizeFilter.Area);
    }

    private static FlowField Estimate(Frame from, Frame to, Frame size, CancellationToken cancellationToken)
    {
        var small = PyramidalFlow.EstimateOneWay(from, to, cancellationToken);
        return (small.Width, small.Height) == (size.Width, size.Height) ? small : Enlarge(small, size.Width, size.Height);
    }

    private static FlowField Enlarge(FlowField small, int width, int height)
    {
        var displacement = Resizer.Resize(small.Displacement, small.Width, small.Height, 2, width, height, ResizeFilter.Bilinear);
        var (sx, sy) = ((float)width / small.Width, (float)height / small.Height);
        for (var i = 0; i < displacement.Length; i += 2)
            (displacement[i], displacement[i + 1]) = (displacement[i] * sx, displacement[i + 1] * sy);
        var visible = new bool[width * height];
        Array.Fill(visible, true);
        return new FlowField(width, height, displacement, visible);
    }
}
