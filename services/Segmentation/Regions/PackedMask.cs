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

    public static PackedMask Of(Mask mask) => Of(Blob.Of(mask), mask.Width, mask.Height);

    /// <summary>Packs what of a shape lies within a frame.</summary>
    public static PackedMask Of(Blob shape, int width, int height)
    {
        var inside = shape.Within(width, height);
        var (left, top, right, bottom) = inside.Bounds;
        var words = new ulong[(((long)(right - left) * (bottom - top)) + Bits - 1) / Bits];
        var bit = 0L;
        for (var y = top; y < bottom; y++)
        {
            for (var x = left; x < right; x++, bit++)
            {
                if (inside.Contains(x, y))
                    words[bit / Bits] |= 1UL << (int)(bit % Bits);
            }
        }

        return new PackedMask(width, height, inside.Count, inside.Bounds, words);
    }

    /// <summary>Whether a pixel is inside both; they are of one frame.</summary>
    public bool Meets(PackedMask other)
    {
        var (left, right) = (Math.Max(_bounds.Left, other._bounds.Left), Math.Min(_bounds.Right, other._bounds.Right));
        for (var y = Math.Max(_bounds.Top, other._bounds.Top); y < Math.Min(_bounds.Bottom, other._bounds.Bottom); y++)
        {
            for (var x = left; x < right; x++)
            {
                if (Contains(x, y) && other.Contains(x, y))
                    return true;
            }
        }

        return false;
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

    // Within the bounds.
    private bool Contains(int x, int y)
    {
        var bit = ((y - _bounds.Top) * (long)(_bounds.Right - _bounds.Left)) + x - _bounds.Left;
        return ((_words[bit / Bits] >> (int)(bit % Bits)) & 1) != 0;
    }
}
