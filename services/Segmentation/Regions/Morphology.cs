using System.Numerics;
using VideoGrain.Media;

namespace VideoGrain.Segmentation.Regions;

/// <summary>Clean-up of masks with square windows.</summary>
internal static class Morphology
{
    /// <summary>Adds every pixel within a distance (the larger of columns and rows) of the mask.</summary>
    public static Mask Dilate(Mask mask, int radius) => Window(mask, radius, any: true);

    /// <summary>Keeps the pixels whose whole neighbourhood within a distance is inside; what lies outside the frame does not count.</summary>
    public static Mask Erode(Mask mask, int radius) => Window(mask, radius, any: false);

    /// <summary>Fills gaps and holes up to about twice the radius wide.</summary>
    public static Mask Close(Mask mask, int radius) => radius == 0 ? mask : Erode(Dilate(mask, radius), radius);

    /// <summary>Removes specks and threads up to about twice the radius wide.</summary>
    public static Mask Open(Mask mask, int radius) => radius == 0 ? mask : Dilate(Erode(mask, radius), radius);

    /// <summary>Fills what the mask encloses.</summary>
    public static Mask FillHoles(Mask mask)
    {
        // Background that hangs together is outside when it reaches the frame's border, and a hole when it does not. Sides connect, corners do not.
        var (width, height) = (mask.Width, mask.Height);
        var gaps = ConnectedRuns.Runs(mask.Set, width, height, inside: 0);
        var filled = (byte[])mask.Set.Clone();
        foreach (var piece in ConnectedRuns.Join(gaps, width, corners: false))
        {
            if (piece.Exists(run => run.Start < width || run.End > filled.Length - width || run.Start % width == 0 || run.End % width == 0))
                continue;
            foreach (var run in piece)
                filled.AsSpan(run.Start, run.Length).Fill(1);
        }

        return new Mask(width, height, filled);
    }

    // What keeps its neighbourhood inside is what nothing outside comes near: one window serves both, on the mask or on what it leaves out.
    private static Mask Window(Mask mask, int radius, bool any)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(radius);
        var (width, height) = (mask.Width, mask.Height);
        radius = Math.Min(radius, Math.Max(width, height));
        var flip = any ? (byte)0 : (byte)1;
        var (wide, window) = (width + (2 * radius), (2 * radius) + 1);
        var rows = new byte[wide * height];
        for (var y = 0; y < height; y++)
            Flip(mask.Set.AsSpan(y * width, width), flip, rows.AsSpan((y * wide) + radius));
        Spread(rows, window, 1);
        var columns = new byte[width * (height + (2 * radius))];
        for (var y = 0; y < height; y++)
            rows.AsSpan(y * wide, width).CopyTo(columns.AsSpan((radius + y) * width));
        Spread(columns, window, width);
        var set = new byte[width * height];
        Flip(columns.AsSpan(0, set.Length), flip, set);
        return new Mask(width, height, set);
    }

    private static void Flip(ReadOnlySpan<byte> from, byte flip, Span<byte> to)
    {
        var i = 0;
        for (; i <= from.Length - Vector<byte>.Count; i += Vector<byte>.Count)
            (new Vector<byte>(from[i..]) ^ new Vector<byte>(flip)).CopyTo(to[i..]);
        for (; i < from.Length; i++)
            to[i] = (byte)(from[i] ^ flip);
    }

    // Every cell takes in the cells ahead of it, in a window that doubles until it is as long as it should be.
    private static void Spread(Span<byte> cells, int window, int step)
    {
        var covered = 1;
        for (; 2 * covered <= window; covered *= 2)
            TakeAhead(cells, covered * step);
        if (covered < window)
            TakeAhead(cells, (window - covered) * step);
    }

    private static void TakeAhead(Span<byte> cells, int distance)
    {
        var (i, end) = (0, cells.Length - distance);
        for (; i <= end - Vector<byte>.Count; i += Vector<byte>.Count)
            (new Vector<byte>(cells[i..]) | new Vector<byte>(cells[(i + distance)..])).CopyTo(cells[i..]);
        for (; i < end; i++)
            cells[i] |= cells[i + distance];
    }
}
