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
        // What the background reaches from the frame's border is outside, all else is inside.
        var (width, height) = (mask.Width, mask.Height);
        var outside = new bool[mask.Set.Length];
        var open = new Stack<int>();
        void Visit(int x, int y)
        {
            var pixel = (y * width) + x;
            if (x < 0 || y < 0 || x >= width || y >= height || outside[pixel] || mask.Set[pixel] != 0)
                return;
            outside[pixel] = true;
            open.Push(pixel);
        }

        for (var x = 0; x < width; x++)
        {
            Visit(x, 0);
            Visit(x, height - 1);
        }

        for (var y = 0; y < height; y++)
        {
            Visit(0, y);
            Visit(width - 1, y);
        }

        while (open.TryPop(out var pixel))
        {
            var (x, y) = (pixel % width, pixel / width);
            Visit(x - 1, y);
            Visit(x + 1, y);
            Visit(x, y - 1);
            Visit(x, y + 1);
        }

        return new Mask(width, height, Array.ConvertAll(outside, o => o ? (byte)0 : (byte)1));
    }

    private static Mask Window(Mask mask, int radius, bool any)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(radius);
        var (width, height) = (mask.Width, mask.Height);
        var rows = Pass(mask.Set, width, height, 1, width, radius, any);
        return new Mask(width, height, Pass(rows, height, width, width, 1, radius, any));
    }

    // One axis: a window's sum tells whether any or all of its pixels are inside.
    private static byte[] Pass(byte[] source, int length, int lines, int step, int lineStep, int radius, bool any)
    {
        var result = new byte[source.Length];
        for (var line = 0; line < lines; line++)
        {
            var start = line * lineStep;
            var inside = 0;
            for (var i = 0; i < Math.Min(radius, length); i++)
                inside += source[start + (i * step)];
            for (var i = 0; i < length; i++)
            {
                if (i + radius < length)
                    inside += source[start + ((i + radius) * step)];
                if (i - radius - 1 >= 0)
                    inside -= source[start + ((i - radius - 1) * step)];
                var size = Math.Min(length - 1, i + radius) - Math.Max(0, i - radius) + 1;
                result[start + (i * step)] = any ? (inside > 0 ? (byte)1 : (byte)0) : (inside == size ? (byte)1 : (byte)0);
            }
        }

        return result;
    }
}
