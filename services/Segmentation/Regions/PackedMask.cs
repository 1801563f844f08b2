using System.Numerics;
using System.Runtime.Intrinsics;
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
        var cells = inside.Cells;
        var words = new ulong[(cells.Length + Bits - 1) / Bits];
        var at = 0;
        for (; at <= cells.Length - Vector256<byte>.Count; at += Vector256<byte>.Count)
        {
            var set = Vector256.Equals(Vector256.Create(cells[at..]), Vector256<byte>.One).ExtractMostSignificantBits();
            words[at / Bits] |= (ulong)set << (at % Bits);
        }

        for (; at < cells.Length; at++)
            words[at / Bits] |= (ulong)cells[at] << (at % Bits);

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
        var (columns, end) = (_bounds.Right - _bounds.Left, 0L);
        for (var start = Next(0, inside: true); start < Cells; start = Next(end, inside: true))
        {
            // What is inside up to a row's end may go on in the next.
            end = Next(start, inside: false);
            for (var at = start; at < end;)
            {
                var (row, column) = Math.DivRem(at, columns);
                var count = Math.Min(end - at, columns - column);
                set.AsSpan((int)(((_bounds.Top + row) * _width) + _bounds.Left + column), (int)count).Fill(1);
                at += count;
            }
        }
    }

    private long Cells => (long)(_bounds.Right - _bounds.Left) * (_bounds.Bottom - _bounds.Top);

    // The first place from one on that is inside, or outside; behind the last when there is none.
    private long Next(long from, bool inside)
    {
        var mask = ulong.MaxValue << (int)(from % Bits);
        for (var word = from / Bits; word < _words.Length; word++, mask = ulong.MaxValue)
        {
            if (((inside ? _words[word] : ~_words[word]) & mask) is var found and not 0)
                return Math.Min(Cells, (word * Bits) + BitOperations.TrailingZeroCount(found));
        }

        return Cells;
    }

    // Within the bounds.
    private bool Contains(int x, int y)
    {
        var bit = ((y - _bounds.Top) * (long)(_bounds.Right - _bounds.Left)) + x - _bounds.Left;
        return ((_words[bit / Bits] >> (int)(bit % Bits)) & 1) != 0;
    }
}
