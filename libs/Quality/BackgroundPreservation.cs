using VideoGrain.Media;

namespace VideoGrain.Quality;

/// <summary>How much of the background an edit kept.</summary>
public static class BackgroundPreservation
{
    /// <summary>Pixels by which the background is drawn in from the objects, so that their soft edges do not count.</summary>
    public const int DefaultMargin = 4;

    /// <summary>What identical backgrounds score, in dB: numbers stay finite, and JSON can hold them.</summary>
    public const double IdenticalPsnr = 100;

    /// <summary>Peak signal-to-noise ratio of the edited against the source clip, over the background pixels of all frames.</summary>
    /// <param name="source">The source frames.</param>
    /// <param name="edited">The edited frames; as many, of the same size.</param>
    /// <param name="background">Background masks; at least one per frame, of the frames' size.</param>
    /// <param name="margin">Pixels by which each mask is eroded in every direction, 0 or more.</param>
    /// <returns>The ratio in dB, at most <see cref="IdenticalPsnr"/>; null when no background pixel is left.</returns>
    /// <exception cref="ArgumentException">Counts or sizes do not fit together.</exception>
    public static double? Psnr(
        IReadOnlyList<Frame> source, IReadOnlyList<Frame> edited, IReadOnlyList<Mask> background, int margin = DefaultMargin)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(edited);
        ArgumentNullException.ThrowIfNull(background);
        ArgumentOutOfRangeException.ThrowIfNegative(margin);
        if (source.Count != edited.Count || background.Count < edited.Count)
            throw new ArgumentException($"{source.Count} source frames and {background.Count} masks for {edited.Count} edited frames.", nameof(source));

        double sum = 0;
        long samples = 0;
        for (var f = 0; f < edited.Count; f++)
        {
            var (a, b, mask) = (source[f], edited[f], background[f]);
            if ((a.Width, a.Height) != (b.Width, b.Height) || (mask.Width, mask.Height) != (b.Width, b.Height))
            {
                throw new ArgumentException(
                    $"Frame {f}: source {a.Width} x {a.Height}, edited {b.Width} x {b.Height}, mask {mask.Width} x {mask.Height}.", nameof(edited));
            }

            var keep = Erode(mask, margin);
            for (var pixel = 0; pixel < keep.Length; pixel++)
            {
                if (!keep[pixel])
                    continue;
                for (var c = 0; c < Frame.Channels; c++)
                {
                    double difference = a.Rgb[(pixel * Frame.Channels) + c] - b.Rgb[(pixel * Frame.Channels) + c];
                    sum += difference * difference;
                }

                samples += Frame.Channels;
            }
        }

        if (samples == 0)
            return null;
        const double PeakSquared = byte.MaxValue * byte.MaxValue;
        return sum == 0 ? IdenticalPsnr : Math.Min(IdenticalPsnr, -10 * Math.Log10(sum / samples / PeakSquared));
    }

    // A square window, one axis after the other; what lies outside the frame does not erode.
    private static bool[] Erode(Mask mask, int margin)
    {
        var (width, height) = (mask.Width, mask.Height);
        var rows = new bool[mask.Set.Length];
        for (var y = 0; y < height; y++)
        {
            for (var x = 0; x < width; x++)
                rows[(y * width) + x] = All(x, width, i => mask.Set[(y * width) + i] != 0);
        }

        var keep = new bool[rows.Length];
        for (var y = 0; y < height; y++)
        {
            for (var x = 0; x < width; x++)
                keep[(y * width) + x] = All(y, height, i => rows[(i * width) + x]);
        }

        return keep;

        bool All(int centre, int size, Func<int, bool> inside)
        {
            for (var i = Math.Max(0, centre - margin); i <= Math.Min(size - 1, centre + margin); i++)
            {
                if (!inside(i))
                    return false;
            }

            return true;
        }
    }
}
