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
        const int Neighbours = 9;
        var source = (float[])Values.Clone();
        Span<float> window = stackalloc float[Neighbours];
        for (var y = 0; y < Height; y++)
        {
            for (var x = 0; x < Width; x++)
            {
                for (var k = 0; k < Neighbours; k++)
                {
                    var (nx, ny) = (Math.Clamp(x + (k % 3) - 1, 0, Width - 1), Math.Clamp(y + (k / 3) - 1, 0, Height - 1));
                    window[k] = source[(ny * Width) + nx];
                }

                window.Sort();
                Values[(y * Width) + x] = window[Neighbours / 2];
            }
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

    private FlowPlane Blur()
    {
        var (rows, result) = (new FlowPlane(Width, Height), new FlowPlane(Width, Height));
        for (var y = 0; y < Height; y++)
        {
            for (var x = 0; x < Width; x++)
            {
                var row = y * Width;
                rows.Values[row + x] = Binomial(i => Values[row + Math.Clamp(x + i, 0, Width - 1)]);
            }
        }

        for (var y = 0; y < Height; y++)
        {
            for (var x = 0; x < Width; x++)
                result.Values[(y * Width) + x] = Binomial(i => rows.Values[(Math.Clamp(y + i, 0, Height - 1) * Width) + x]);
        }

        return result;
    }

    private static float Binomial(Func<int, float> at) => (at(-2) + at(2) + (4 * (at(-1) + at(1))) + (6 * at(0))) / 16;
}
