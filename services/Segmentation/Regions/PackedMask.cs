using VideoGrain.Media;

namespace VideoGrain.Segmentation.Regions;

/// <summary>
/// A mask in little room: one bit per pixel of its bounds. A clip's objects are held this way until the clip is done, so that many
/// small objects cost little.
/// </summary>
internal sealed class PackedMask
{
    private const int Bits = 64;

    private readonly int _width;
    private readonly int _height;
    private readonly (int Left, int Top, int Right, int Bottom) _bounds;
    private readonly ulong[] _words;

    private PackedMask(int width, int height, int count, (int, int, int, int) bounds, ulong[] words)
        => (_width, _height, Count, _bounds, _words) = (width, height, count, bounds, words);

    /// <summary>Number of pixels inside.</summary>
    public int Count { get; }

    public static PackedMask Of(Mask mask)
    {
        if (MaskGeometry.Bounds(mask) is not { } bounds)
            return new PackedMask(mask.Width, mask.Height, 0, default, []);
        var columns = bounds.Right - bounds.Left;
        var words = new ulong[((((long)columns * (bounds.Bottom - bounds.Top)) + Bits - 1) / Bits)];
        var bit = 0L;
        for (var y = bounds.Top; y < bounds.Bottom; y++)
        {
            foreach (var inside in mask.Set.AsSpan((y * mask.Width) + bounds.Left, columns))
            {
                words[bit / Bits] |= (ulong)inside << (int)(bit % Bits);
                bit++;
            }
        }

        return new PackedMask(mask.Width, mask.Height, mask.Count, bounds, words);
    }

    public Mask Unpack()
    {
        var set = new byte[_width * _height];
        AddTo(set);
        return new Mask(_width, _height, set);
    }

    /// <summary>Sets the mask's pixels in a buffer of its size.</summary>
    public void AddTo(byte[] set)
    {
        var bit = 0L;
        for (var y = _bounds.Top; y < _bounds.Bottom; y++)
        {
            for (var x = _bounds.Left; x < _bounds.Right; x++, bit++)
                set[(y * _width) + x] |= (byte)((_words[bit / Bits] >> (int)(bit % Bits)) & 1);
        }
    }
}
