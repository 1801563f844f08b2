using VideoGrain.Media;

namespace VideoGrain.Segmentation.Regions;

/// <summary>A frame's colours, coarse enough to be counted.</summary>
/// <param name="frame">The frame.</param>
internal sealed class ColourBins(Frame frame)
{
    /// <summary>Number of bins.</summary>
    public const int Count = 1 << (Frame.Channels * LevelBits);

    // Eight levels of each colour.
    private const int LevelBits = 3;
    private const int Shift = 8 - LevelBits;

    public int Width => frame.Width;

    public int Height => frame.Height;

    /// <summary>The bin of a pixel, 0 to <see cref="Count"/> - 1.</summary>
    public int this[int x, int y] => Bin(frame.Rgb.AsSpan(((y * frame.Width) + x) * Frame.Channels, Frame.Channels));

    /// <summary>How often each bin occurs in a shape, as fractions that sum to 1; all zero for an empty shape.</summary>
    public float[] Histogram(Blob shape)
    {
        var histogram = new float[Count];
        var inside = shape.Within(frame.Width, frame.Height);
        if (inside.IsEmpty)
            return histogram;
        var (left, top, right, bottom) = inside.Bounds;
        for (var y = top; y < bottom; y++)
        {
            var row = inside.Row(y);
            var rgb = frame.Rgb.AsSpan(((y * frame.Width) + left) * Frame.Channels, (right - left) * Frame.Channels);
            for (var x = 0; x < row.Length; x++)
            {
                if (row[x] != 0)
                    histogram[Bin(rgb.Slice(x * Frame.Channels, Frame.Channels))]++;
            }
        }

        for (var i = 0; i < Count; i++)
            histogram[i] /= inside.Count;
        return histogram;
    }

    private static int Bin(ReadOnlySpan<byte> rgb)
        => (((rgb[0] >> Shift) << (2 * LevelBits)) | ((rgb[1] >> Shift) << LevelBits)) | (rgb[2] >> Shift);
}
