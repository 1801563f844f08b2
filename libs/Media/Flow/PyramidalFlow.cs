namespace VideoGrain.Media.Flow;

/// <summary>
/// Estimates optical flow without a model: TV-L1 from coarse to fine. A point counts as visible in the next frame when the flow back
/// from there returns to it.
/// </summary>
public static class PyramidalFlow
{
    // Below this side a level says nothing any more.
    private const int LeastSide = 12;

    /// <summary>Estimates the flow from one frame to the next.</summary>
    /// <param name="from">A frame.</param>
    /// <param name="to">The next frame, of the same size.</param>
    /// <param name="cancellationToken">Ends the work early.</param>
    /// <returns>The flow, of the frames' size.</returns>
    /// <exception cref="MediaException">The sizes differ.</exception>
    public static FlowField Estimate(Frame from, Frame to, CancellationToken cancellationToken = default)
    {
        CheckSizes(from, to);
        var (first, second) = (Pyramid(from), Pyramid(to));
        var (there, back) = (Array.Empty<float>(), Array.Empty<float>());
        Parallel.Invoke(
            new ParallelOptions { CancellationToken = cancellationToken },
            () => there = Descend(first, second, cancellationToken),
            () => back = Descend(second, first, cancellationToken));
        return FlowConsistency.Join(from.Width, from.Height, there, back);
    }

    /// <summary>Estimates the same flow without looking back, in half the work: every point counts as visible.</summary>
    /// <param name="from">A frame.</param>
    /// <param name="to">The next frame, of the same size.</param>
    /// <param name="cancellationToken">Ends the work early.</param>
    /// <returns>The flow, of the frames' size.</returns>
    /// <exception cref="MediaException">The sizes differ.</exception>
    public static FlowField EstimateOneWay(Frame from, Frame to, CancellationToken cancellationToken = default)
    {
        CheckSizes(from, to);
        var visible = new bool[from.Width * from.Height];
        Array.Fill(visible, true);
        return new FlowField(from.Width, from.Height, Descend(Pyramid(from), Pyramid(to), cancellationToken), visible);
    }

    private static void CheckSizes(Frame from, Frame to)
    {
        ArgumentNullException.ThrowIfNull(from);
        ArgumentNullException.ThrowIfNull(to);
        if ((from.Width, from.Height) != (to.Width, to.Height))
        {
            throw new MediaException(
                MediaError.SizeMismatch, $"Frames of {from.Width} x {from.Height} and {to.Width} x {to.Height} pixels have no flow between them.");
        }
    }

    private static float[] Interleave(FlowPlane u, FlowPlane v)
    {
        var displacement = new float[2 * u.Values.Length];
        for (var i = 0; i < u.Values.Length; i++)
            (displacement[2 * i], displacement[(2 * i) + 1]) = (u.Values[i], v.Values[i]);
        return displacement;
    }

    // Finest first.
    private static List<FlowPlane> Pyramid(Frame frame)
    {
        var levels = new List<FlowPlane> { FlowPlane.FromFrame(frame) };
        while (Math.Min(levels[^1].Width, levels[^1].Height) >= 2 * LeastSide)
            levels.Add(levels[^1].Halve());
        return levels;
    }

    private static float[] Descend(List<FlowPlane> from, List<FlowPlane> to, CancellationToken cancellationToken)
    {
        var (u, v) = (new FlowPlane(from[^1].Width, from[^1].Height), new FlowPlane(from[^1].Width, from[^1].Height));
        for (var level = from.Count - 1; level >= 0; level--)
        {
            var (width, height) = (from[level].Width, from[level].Height);
            if (u.Width != width || u.Height != height)
                (u, v) = (u.Scale(width, height, (float)width / u.Width), v.Scale(width, height, (float)height / v.Height));
            new TotalVariationFlow(from[level], to[level]).Refine(u, v, cancellationToken);
        }

        return Interleave(u, v);
    }
}
