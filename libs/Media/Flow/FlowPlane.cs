using System.Numerics;

namespace VideoGrain.Media.Flow;

/// <summary>One channel of fp32 values; sampling outside repeats the border.</summary>
internal sealed class FlowPlane(int width, int height)
{
    public int Width { get; } = width;

    public int Height { get; } = height;

    public float[] Values { get; } = new float[width * height];

    /// <summary>Brightness of a frame, 0 to 255 (BT.601 weights).</summary>
    public static FlowPlane FromFrame(Frame frame)
    {
        const float Red = 0.299f, Green = 0.587f, Blue = 0.114f;
        var plane = new FlowPlane(frame.Width, frame.Height);
        for (var i = 0; i < plane.Values.Length; i++)
            plane.Values[i] = (Red * frame.Rgb[3 * i]) + (Green * frame.Rgb[(3 * i) + 1]) + (Blue * frame.Rgb[(3 * i) + 2]);
        return plane;
    }

    /// <summary>The plane in half the size, rounded up, after a binomial blur.</summary>
    public FlowPlane Halve()
    {
        var blurred = Blur();
        var half = new FlowPlane((Width + 1) / 2, (Height + 1) / 2);
        for (var y = 0; y < half.Height; y++)
        {
            for (var x = 0; x < half.Width; x++)
                half.Values[(y * half.Width) + x] = blurred.Sample(((x + 0.5f) * Width / half.Width) - 0.5f, ((y + 0.5f) * Height / half.Height) - 0.5f);
        }

        return half;
    }

    /// <summary>The plane in another size, bilinear, values multiplied by a factor.</summary>
    public FlowPlane Scale(int width, int height, float factor)
    {
        var scaled = new FlowPlane(width, height);
        for (var y = 0; y < height; y++)
        {
            for (var x = 0; x < width; x++)
                scaled.Values[(y * width) + x] = factor * Sample(((x + 0.5f) * Width / width) - 0.5f, ((y + 0.5f) * Height / height) - 0.5f);
        }

        return scaled;
    }

    /// <summary>Central differences.</summary>
    public (FlowPlane X, FlowPlane Y) Gradient()
    {
        var (gx, gy) = (new FlowPlane(Width, Height), new FlowPlane(Width, Height));
        for (var y = 0; y < Height; y++)
        {
            var (up, down) = (Math.Max(0, y - 1) * Width, Math.Min(Height - 1, y + 1) * Width);
            for (var x = 0; x < Width; x++)
            {
                var row = y * Width;
                gx.Values[row + x] = 0.5f * (Values[row + Math.Min(Width - 1, x + 1)] - Values[row + Math.Max(0, x - 1)]);
                gy.Values[row + x] = 0.5f * (Values[down + x] - Values[up + x]);
            }
        }

        return (gx, gy);
    }

    /// <summary>The middle value of each 3 x 3 neighbourhood, which takes outliers away and keeps edges.</summary>
    public void Median()
    {
        var source = (float[])Values.Clone();
        for (var y = 0; y < Height; y++)
        {
            var (up, row, down) = (Math.Max(0, y - 1) * Width, y * Width, Math.Min(Height - 1, y + 1) * Width);
            Median(source, up, row, down, 0, 1);
            var x = 1;
            for (; x < Width - Vector<float>.Count; x += Vector<float>.Count)
            {
                var middle = Middle(Column(source, up, row, down, x - 1), Column(source, up, row, down, x), Column(source, up, row, down, x + 1));
                middle.CopyTo(Values, row + x);
            }

            Median(source, up, row, down, x, Width);
        }
    }

    /// <summary>Bilinear sample.</summary>
    public float Sample(float x, float y)
    {
        x = Math.Clamp(x, 0, Width - 1);
        y = Math.Clamp(y, 0, Height - 1);
        var (x0, y0) = ((int)x, (int)y);
        var (x1, y1) = (Math.Min(x0 + 1, Width - 1), Math.Min(y0 + 1, Height - 1));
        var (fx, fy) = (x - x0, y - y0);
        var upper = Values[(y0 * Width) + x0] + (fx * (Values[(y0 * Width) + x1] - Values[(y0 * Width) + x0]));
        var lower = Values[(y1 * Width) + x0] + (fx * (Values[(y1 * Width) + x1] - Values[(y1 * Width) + x0]));
        return upper + (fy * (lower - upper));
    }

    // Three neighbours in a column, sorted.
    private static (Vector<float> Least, Vector<float> Middle, Vector<float> Most) Column(float[] source, int up, int row, int down, int x)
        => Sort(new Vector<float>(source, up + x), new Vector<float>(source, row + x), new Vector<float>(source, down + x));

    private static (Vector<float> Least, Vector<float> Middle, Vector<float> Most) Sort(Vector<float> a, Vector<float> b, Vector<float> c)
    {
        var (low, high) = (Vector.Min(a, b), Vector.Max(a, b));
        return (Vector.Min(low, c), Vector.Max(low, Vector.Min(high, c)), Vector.Max(high, c));
    }

    // Of nine values in three sorted columns the middle one is the middle of three: the largest of the least, the middle one of the
    // middle ones and the least of the largest.
    private static Vector<float> Middle(
        (Vector<float> Least, Vector<float> Middle, Vector<float> Most) a,
        (Vector<float> Least, Vector<float> Middle, Vector<float> Most) b,
        (Vector<float> Least, Vector<float> Middle, Vector<float> Most) c)
        => Sort(
            Vector.Max(Vector.Max(a.Least, b.Least), c.Least),
            Sort(a.Middle, b.Middle, c.Middle).Middle,
            Vector.Min(Vector.Min(a.Most, b.Most), c.Most)).Middle;

    private void Median(float[] source, int up, int row, int down, int first, int end)
    {
        const int Neighbours = 9;
        Span<float> window = stackalloc float[Neighbours];
        for (var x = first; x < end; x++)
        {
            var (left, right) = (Math.Max(0, x - 1), Math.Min(Width - 1, x + 1));
            (window[0], window[1], window[2]) = (source[up + left], source[up + x], source[up + right]);
            (window[3], window[4], window[5]) = (source[row + left], source[row + x], source[row + right]);
            (window[6], window[7], window[8]) = (source[down + left], source[down + x], source[down + right]);
            window.Sort();
            Values[row + x] = window[Neighbours / 2];
        }
    }

    // A binomial window of five values along each axis; the edge is repeated.
    private FlowPlane Blur()
    {
        var (rows, result) = (new FlowPlane(Width, Height), new FlowPlane(Width, Height));
        for (var y = 0; y < Height; y++)
        {
            float At(int x) => Values[(y * Width) + Math.Clamp(x, 0, Width - 1)];
            for (var x = 0; x < Width; x++)
                rows.Values[(y * Width) + x] = (At(x - 2) + At(x + 2) + (4 * (At(x - 1) + At(x + 1))) + (6 * At(x))) / 16;
        }

        for (var y = 0; y < Height; y++)
        {
            int Row(int of) => Math.Clamp(of, 0, Height - 1) * Width;
            var (farUp, up, row, down, farDown) = (Row(y - 2), Row(y - 1), Row(y), Row(y + 1), Row(y + 2));
            for (var x = 0; x < Width; x++)
            {
                result.Values[row + x] = (rows.Values[farUp + x] + rows.Values[farDown + x]
                    + (4 * (rows.Values[up + x] + rows.Values[down + x])) + (6 * rows.Values[row + x])) / 16;
            }
        }

        return result;
    }
}
