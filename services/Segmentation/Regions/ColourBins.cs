using VideoGrain.Media;

namespace VideoGrain.Segmentation.Regions;

/// <summary>A frame's colours, coarse enough to be counted.</summary>
internal sealed class ColourBins
{
    /// <summary>Number of bins.</summary>
    public const int Count = Levels * Levels * Levels;

    private const int Levels = 8;

    private readonly ushort[] _bins;
    private readonly int _width;

    public ColourBins(Frame frame)
    {
        (_width, Height, _bins) = (frame.Width, frame.Height, new ushort[frame.Width * frame.Height]);
        static int Level(byte value) => value * Levels / (byte.MaxValue + 1);
        for (var i = 0; i < _bins.Length; i++)
        {
            var rgb = frame.Rgb.AsSpan(i * Frame.Channels, Frame.Channels);
            _bins[i] = (ushort)((((Level(rgb[0]) * Levels) + Level(rgb[1])) * Levels) + Level(rgb[2]));
        }
    }

    public int Width => _width;

    public int Height { get; }

    /// <summary>The bin of a pixel, 0 to <see cref="Count"/> - 1.</summary>
    public int this[int x, int y] => _bins[(y * _width) + x];

    /// <summary>How often each bin occurs in a shape, as fractions that sum to 1; all zero for an empty shape.</summary>
    public float[] Histogram(Blob shape)
    {
        var histogram = new float[Count];
        var inside = shape.Within(_width, Height);
        if (inside.IsEmpty)
            return histogram;
        foreach (var (x, y) in inside.Pixels())
            histogram[this[x, y]]++;
        for (var i = 0; i < Count; i++)
            histogram[i] /= inside.Count;
        return histogram;
    }
}
