using VideoGrain.Media;
using VideoGrain.Media.Flow;

namespace VideoGrain.Quality;

/// <summary>
/// Warp-Err: how far an edited clip departs from the motion of its source. Each edited frame is compared with the next one
/// sampled where the source's flow leads (paper, section 5: lower is steadier).
/// </summary>
public static class WarpError
{
    /// <summary>Mean squared difference of colours, in thousandths of the squared range (the unit of the paper's tables).</summary>
    /// <param name="edited">The edited frames, 2 or more.</param>
    /// <param name="flow">Flow of the source clip, one field per pair of neighbouring frames, of the frames' size.</param>
    /// <returns>The error, 0 or more; 0 for a clip that follows the flow exactly, and when no pixel is visible twice.</returns>
    /// <exception cref="ArgumentException">Counts or sizes do not fit together.</exception>
    public static double Of(IReadOnlyList<Frame> edited, IReadOnlyList<FlowField> flow) => Of(edited, flow, _ => true);

    /// <summary>The same over some pairs of neighbouring frames only.</summary>
    /// <param name="edited">The edited frames, 2 or more.</param>
    /// <param name="flow">Flow of the source clip, one field per pair of neighbouring frames, of the frames' size.</param>
    /// <param name="counts">Whether a pair counts, by the number of its first frame.</param>
    /// <exception cref="ArgumentException">Counts or sizes do not fit together.</exception>
    public static double Of(IReadOnlyList<Frame> edited, IReadOnlyList<FlowField> flow, Func<int, bool> counts)
    {
        ArgumentNullException.ThrowIfNull(edited);
        ArgumentNullException.ThrowIfNull(flow);
        ArgumentNullException.ThrowIfNull(counts);
        if (edited.Count < 2 || flow.Count != edited.Count - 1)
            throw new ArgumentException($"{flow.Count} flow fields for {edited.Count} frames: one per pair of neighbours is needed.", nameof(flow));

        double sum = 0;
        long samples = 0;
        for (var f = 0; f < flow.Count; f++)
        {
            if ((flow[f].Width, flow[f].Height) != (edited[f].Width, edited[f].Height)
                || (flow[f].Width, flow[f].Height) != (edited[f + 1].Width, edited[f + 1].Height))
            {
                throw new ArgumentException(
                    $"Flow {f} is {flow[f].Width} x {flow[f].Height}, the frames are {edited[f].Width} x {edited[f].Height}.", nameof(flow));
            }

            if (counts(f))
                Compare(edited[f], edited[f + 1], flow[f], ref sum, ref samples);
        }

        const double Thousandths = 1000.0 / (byte.MaxValue * byte.MaxValue);
        return samples == 0 ? 0 : sum / samples * Thousandths;
    }

    private static void Compare(Frame from, Frame to, FlowField flow, ref double sum, ref long samples)
    {
        for (var y = 0; y < flow.Height; y++)
        {
            for (var x = 0; x < flow.Width; x++)
            {
                var pixel = (y * flow.Width) + x;
                double tx = x + flow.Displacement[2 * pixel], ty = y + flow.Displacement[(2 * pixel) + 1];
                if (!flow.Visible[pixel] || tx < 0 || ty < 0 || tx > flow.Width - 1 || ty > flow.Height - 1)
                    continue;
                for (var c = 0; c < Frame.Channels; c++)
                {
                    var difference = from.Rgb[(pixel * Frame.Channels) + c] - Bilinear(to, tx, ty, c);
                    sum += difference * difference;
                }

                samples += Frame.Channels;
            }
        }
    }

    private static double Bilinear(Frame frame, double x, double y, int channel)
    {
        var (x0, y0) = ((int)x, (int)y);
        var (x1, y1) = (Math.Min(x0 + 1, frame.Width - 1), Math.Min(y0 + 1, frame.Height - 1));
        var (fx, fy) = (x - x0, y - y0);
        double At(int column, int row) => frame.Rgb[(((row * frame.Width) + column) * Frame.Channels) + channel];
        return ((1 - fy) * (((1 - fx) * At(x0, y0)) + (fx * At(x1, y0)))) + (fy * (((1 - fx) * At(x0, y1)) + (fx * At(x1, y1))));
    }
}
