using VideoGrain.Media;
using VideoGrain.Media.Flow;

namespace VideoGrain.Segmentation.Regions;

/// <summary>
/// A set of pixels, kept within a rectangle around it, so that work goes with the size of objects and not with that of frames. Unlike
/// a mask it may reach beyond the frame: an object that is half outside is still whole.
/// </summary>
internal sealed class Blob
{
    // Pixels that drift apart along a flow leave gaps of one pixel.
    private const int GapRadius = 1;

    private readonly byte[] _set;

    private Blob((int Left, int Top, int Right, int Bottom) bounds, byte[] set)
        : this(bounds, set, set.AsSpan().Count((byte)1))
    {
    }

    private Blob((int Left, int Top, int Right, int Bottom) bounds, byte[] set, int count) => (Bounds, _set, Count) = (bounds, set, count);

    public static Blob Empty { get; } = new((0, 0, 0, 0), []);

    /// <summary>A rectangle that holds all of it, right and bottom exclusive; not always the smallest.</summary>
    public (int Left, int Top, int Right, int Bottom) Bounds { get; }

    /// <summary>Number of pixels inside.</summary>
    public int Count { get; }

    public bool IsEmpty => Count == 0;

    /// <summary>Centre of mass; (0, 0) when it is empty.</summary>
    public (double X, double Y) Centre
    {
        get
        {
            long sumX = 0, sumY = 0;
            for (var y = Bounds.Top; y < Bounds.Bottom; y++)
            {
                var row = Row(y);
                for (var x = 0; x < row.Length; x++)
                    (sumX, sumY) = (sumX + (row[x] * (Bounds.Left + x)), sumY + (row[x] * y));
            }

            return IsEmpty ? (0, 0) : ((double)sumX / Count, (double)sumY / Count);
        }
    }

    /// <summary>All of the rectangle, row by row: 1 inside, 0 outside.</summary>
    public ReadOnlySpan<byte> Cells => _set;

    private int Width => Bounds.Right - Bounds.Left;

    private int Height => Bounds.Bottom - Bounds.Top;

    public static Blob Of(Mask mask)
    {
        if (MaskGeometry.Bounds(mask) is not { } bounds)
            return Empty;
        var width = bounds.Right - bounds.Left;
        var set = new byte[width * (bounds.Bottom - bounds.Top)];
        for (var y = bounds.Top; y < bounds.Bottom; y++)
            mask.Set.AsSpan((y * mask.Width) + bounds.Left, width).CopyTo(set.AsSpan((y - bounds.Top) * width));
        return new Blob(bounds, set, mask.Count);
    }

    /// <summary>The pixels of any of several.</summary>
    public static Blob Join(IReadOnlyList<Blob> blobs)
    {
        List<Blob> parts = [.. blobs.Where(b => !b.IsEmpty)];
        if (parts.Count < 2)
            return parts.Count == 0 ? Empty : parts[0];
        var bounds = (parts.Min(b => b.Bounds.Left), parts.Min(b => b.Bounds.Top), parts.Max(b => b.Bounds.Right), parts.Max(b => b.Bounds.Bottom));
        var joined = New(bounds);
        foreach (var part in parts)
        {
            foreach (var (x, y) in part.Pixels())
                joined[At(bounds, x, y)] = 1;
        }

        return new Blob(bounds, joined);
    }

    public Mask ToMask(int width, int height)
    {
        var set = new byte[width * height];
        foreach (var (x, y) in Within(width, height).Pixels())
            set[(y * width) + x] = 1;
        return new Mask(width, height, set);
    }

    /// <summary>Columns from left to right, row by row.</summary>
    public IEnumerable<(int X, int Y)> Pixels()
    {
        var i = 0;
        for (var y = Bounds.Top; y < Bounds.Bottom; y++)
        {
            for (var x = Bounds.Left; x < Bounds.Right; x++, i++)
            {
                if (_set[i] != 0)
                    yield return (x, y);
            }
        }
    }

    /// <summary>A row of the rectangle: 1 inside, 0 outside.</summary>
    public ReadOnlySpan<byte> Row(int y) => _set.AsSpan((y - Bounds.Top) * Width, Width);

    public bool Contains(int x, int y)
    {
        var (column, row) = (x - Bounds.Left, y - Bounds.Top);
        return (uint)column < (uint)Width && (uint)row < (uint)Height && _set[(row * Width) + column] != 0;
    }

    /// <summary>Number of pixels inside both.</summary>
    public int Common(Blob other)
    {
        var (left, right) = (Math.Max(Bounds.Left, other.Bounds.Left), Math.Min(Bounds.Right, other.Bounds.Right));
        var common = 0;
        for (var y = Math.Max(Bounds.Top, other.Bounds.Top); left < right && y < Math.Min(Bounds.Bottom, other.Bounds.Bottom); y++)
            common += MaskGeometry.Common(_set.AsSpan(At(Bounds, left, y), right - left), other._set.AsSpan(At(other.Bounds, left, y), right - left));
        return common;
    }

    /// <summary>Intersection over union; 0 when both are empty.</summary>
    public double Overlap(Blob other)
    {
        var common = Common(other);
        return common == 0 ? 0 : common / (double)(Count + other.Count - common);
    }

    /// <summary>How much of another lies inside, 0 to 1.</summary>
    public double ShareOf(Blob other) => other.IsEmpty ? 0 : Common(other) / (double)other.Count;

    /// <summary>The pixels that a condition keeps.</summary>
    public Blob Where(Func<int, int, bool> keeps)
    {
        var set = new byte[_set.Length];
        foreach (var (x, y) in Pixels())
            set[At(Bounds, x, y)] = keeps(x, y) ? (byte)1 : (byte)0;
        return new Blob(Bounds, set);
    }

    /// <summary>The pixels that none of several holds.</summary>
    public Blob Without(IReadOnlyList<Blob> others)
    {
        List<Blob> near = [.. others.Where(o => Common(o) > 0)];
        return near.Count == 0 ? this : Where((x, y) => !near.Exists(o => o.Contains(x, y)));
    }

    /// <summary>The pixels within a frame.</summary>
    public Blob Within(int width, int height)
        => Bounds.Left >= 0 && Bounds.Top >= 0 && Bounds.Right <= width && Bounds.Bottom <= height
            ? this
            : Where((x, y) => x >= 0 && y >= 0 && x < width && y < height).Trim();

    /// <summary>Gives every pixel to one of several parts.</summary>
    /// <param name="count">Number of parts.</param>
    /// <param name="which">The part that a pixel goes to.</param>
    public Blob[] Split(int count, Func<int, int, int> which)
    {
        var sets = Enumerable.Range(0, count).Select(_ => new byte[_set.Length]).ToArray();
        foreach (var (x, y) in Pixels())
            sets[which(x, y)][At(Bounds, x, y)] = 1;
        return [.. sets.Select(set => new Blob(Bounds, set).Trim())];
    }

    /// <summary>The whole of it moved, by whole pixels.</summary>
    public Blob Shift((int X, int Y) by)
        => new((Bounds.Left + by.X, Bounds.Top + by.Y, Bounds.Right + by.X, Bounds.Bottom + by.Y), _set, Count);

    /// <summary>Where its pixels arrive in the next frame; those outside the frame and those that leave it are lost.</summary>
    public Blob Forward(FlowField flow)
    {
        var arrived = new List<(int X, int Y)>(Count);
        foreach (var (x, y) in Within(flow.Width, flow.Height).Pixels())
        {
            var i = 2 * ((y * flow.Width) + x);
            var (tx, ty) = ((int)MathF.Round(x + flow.Displacement[i]), (int)MathF.Round(y + flow.Displacement[i + 1]));
            if ((uint)tx < (uint)flow.Width && (uint)ty < (uint)flow.Height)
                arrived.Add((tx, ty));
        }

        if (arrived.Count == 0)
            return Empty;
        var bounds = (arrived.Min(p => p.X), arrived.Min(p => p.Y), arrived.Max(p => p.X) + 1, arrived.Max(p => p.Y) + 1);
        var set = New(bounds);
        foreach (var (x, y) in arrived)
            set[At(bounds, x, y)] = 1;
        return new Blob(bounds, set).Close(GapRadius).Within(flow.Width, flow.Height);
    }

    /// <summary>Every pixel within a distance (the larger of columns and rows).</summary>
    public Blob Dilate(int radius) => Reshape(radius, mask => Morphology.Dilate(mask, radius));

    /// <summary>The pixels whose whole neighbourhood within a distance is inside.</summary>
    public Blob Erode(int radius) => Reshape(1, mask => Morphology.Erode(mask, radius));

    /// <summary>Without specks and threads up to about twice the radius wide.</summary>
    public Blob Open(int radius) => Reshape(1, mask => Morphology.Open(mask, radius));

    /// <summary>With gaps up to about twice the radius wide filled.</summary>
    public Blob Close(int radius) => Reshape(2 * radius, mask => Morphology.Close(mask, radius));

    private static byte[] New((int Left, int Top, int Right, int Bottom) bounds) => new byte[(bounds.Right - bounds.Left) * (bounds.Bottom - bounds.Top)];

    private static int At((int Left, int Top, int Right, int Bottom) bounds, int x, int y) => ((y - bounds.Top) * (bounds.Right - bounds.Left)) + x - bounds.Left;

    // With a margin in which the shape can grow, or which keeps the rectangle's edge from counting as inside.
    private Blob Reshape(int margin, Func<Mask, Mask> how)
    {
        if (IsEmpty)
            return Empty;
        var bounds = (Left: Bounds.Left - margin, Top: Bounds.Top - margin, Right: Bounds.Right + margin, Bottom: Bounds.Bottom + margin);
        var set = New(bounds);
        for (var y = Bounds.Top; y < Bounds.Bottom; y++)
            _set.AsSpan(At(Bounds, Bounds.Left, y), Width).CopyTo(set.AsSpan(At(bounds, Bounds.Left, y)));
        var shaped = how(new Mask(bounds.Right - bounds.Left, bounds.Bottom - bounds.Top, set));
        return Of(shaped).Shift((bounds.Left, bounds.Top));
    }

    private Blob Trim() => Reshape(0, mask => mask);
}
