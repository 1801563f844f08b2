using System.Numerics;
using VideoGrain.Media;

namespace VideoGrain.Segmentation.Regions;

/// <summary>Measures of masks.</summary>
internal static class MaskGeometry
{
    private const byte Inside = 1;

    /// <summary>Intersection over union of two masks of one size; 0 when both are empty.</summary>
    public static double IntersectionOverUnion(Mask a, Mask b)
    {
        var common = Common(a, b);
        var union = a.Count + b.Count - common;
        return union == 0 ? 0 : (double)common / union;
    }

    /// <summary>Number of pixels inside both.</summary>
    public static int Common(Mask a, Mask b) => Common(a.Set, b.Set);

    /// <summary>Number of places at which both hold 1; 0 and 1 are all they hold, and they are equally long.</summary>
    public static int Common(ReadOnlySpan<byte> a, ReadOnlySpan<byte> b)
    {
        var (i, common) = (0, 0);
        while (i <= a.Length - Vector<byte>.Count)
        {
            // A byte counts up to 255.
            var counts = Vector<byte>.Zero;
            for (var left = byte.MaxValue; left > 0 && i <= a.Length - Vector<byte>.Count; left--, i += Vector<byte>.Count)
                counts += new Vector<byte>(a[i..]) & new Vector<byte>(b[i..]);
            Vector.Widen(counts, out var low, out var high);
            common += Vector.Sum(low + high);
        }

        for (; i < a.Length; i++)
            common += a[i] & b[i];
        return common;
    }

    /// <summary>Centre of mass; the frame's centre for an empty mask.</summary>
    public static (double X, double Y) Centre(Mask mask)
    {
        if (mask.IsEmpty)
            return (mask.Width / 2.0, mask.Height / 2.0);
        long x = 0, y = 0;
        for (var i = 0; i < mask.Set.Length; i++)
        {
            if (mask.Set[i] == 0)
                continue;
            x += i % mask.Width;
            y += i / mask.Width;
        }

        return ((double)x / mask.Count, (double)y / mask.Count);
    }

    /// <summary>Smallest rectangle around the mask, right and bottom exclusive; null when it is empty.</summary>
    public static (int Left, int Top, int Right, int Bottom)? Bounds(Mask mask)
    {
        if (mask.IsEmpty)
            return null;
        int left = mask.Width, right = 0, top = mask.Set.AsSpan().IndexOf(Inside) / mask.Width, bottom = (mask.Set.AsSpan().LastIndexOf(Inside) / mask.Width) + 1;
        for (var y = top; y < bottom; y++)
        {
            var row = mask.Set.AsSpan(y * mask.Width, mask.Width);
            if (row.IndexOf(Inside) is var first and >= 0)
                (left, right) = (Math.Min(left, first), Math.Max(right, row.LastIndexOf(Inside) + 1));
        }

        return (left, top, right, bottom);
    }
}
