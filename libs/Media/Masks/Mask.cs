namespace VideoGrain.Media;

/// <summary>A set of pixels: one byte per pixel, 0 or 1, rows from top to bottom.</summary>
public sealed class Mask
{
    /// <summary>Wraps a buffer; the mask owns it from here on. Every non-zero byte becomes 1.</summary>
    /// <param name="width">Pixels per row; at least 1.</param>
    /// <param name="height">Rows; at least 1.</param>
    /// <param name="set">width * height bytes.</param>
    /// <exception cref="ArgumentException">The buffer's length does not fit the size.</exception>
    public Mask(int width, int height, byte[] set)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(height, 1);
        ArgumentNullException.ThrowIfNull(set);
        if (set.LongLength != (long)width * height)
            throw new ArgumentException($"{width} x {height} pixels need {(long)width * height} bytes, not {set.Length}.", nameof(set));
        if (set.AsSpan().ContainsAnyExceptInRange((byte)0, (byte)1))
        {
            for (int i = 0; i < set.Length; i++)
                set[i] = set[i] == 0 ? (byte)0 : (byte)1;
        }

        Count = set.AsSpan().Count((byte)1);
        Width = width;
        Height = height;
        Set = set;
    }

    /// <summary>Pixels per row.</summary>
    public int Width { get; }

    /// <summary>Rows.</summary>
    public int Height { get; }

    /// <summary>(height, width): 1 inside, 0 outside. Not to be written to.</summary>
    public byte[] Set { get; }

    /// <summary>Number of pixels inside.</summary>
    public int Count { get; }

    /// <summary>Whether no pixel is inside.</summary>
    public bool IsEmpty => Count == 0;

    /// <summary>A mask that holds every pixel.</summary>
    /// <param name="width">Pixels per row; at least 1.</param>
    /// <param name="height">Rows; at least 1.</param>
    /// <returns>The mask.</returns>
    public static Mask Full(int width, int height)
    {
        byte[] set = new byte[(long)width * height];
        Array.Fill(set, (byte)1);
        return new Mask(width, height, set);
    }

    /// <summary>A frame's bright pixels: inside where the mean of the three channels is at least the threshold.</summary>
    /// <param name="frame">A frame of a mask clip.</param>
    /// <param name="threshold">From 1 to 255.</param>
    /// <returns>The mask, of the frame's size.</returns>
    public static Mask FromFrame(Frame frame, byte threshold)
    {
        ArgumentNullException.ThrowIfNull(frame);
        ArgumentOutOfRangeException.ThrowIfZero(threshold);
        byte[] set = new byte[(long)frame.Width * frame.Height];
        for (int p = 0; p < set.Length; p++)
            set[p] = frame.Rgb[3 * p] + frame.Rgb[3 * p + 1] + frame.Rgb[3 * p + 2] >= Frame.Channels * threshold ? (byte)1 : (byte)0;
        return new Mask(frame.Width, frame.Height, set);
    }

    /// <summary>
    /// Nearest-neighbour resampling, target pixel i taking source pixel floor(i * source / target), as the published loader and
    /// the layout levels do (paper, section 4.2: masks are brought to each attention resolution).
    /// </summary>
    /// <param name="width">Pixels per row of the result; at least 1.</param>
    /// <param name="height">Rows of the result; at least 1.</param>
    /// <returns>The mask in its new size.</returns>
    public Mask Resize(int width, int height)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(height, 1);
        byte[] set = new byte[(long)width * height];
        for (int y = 0; y < height; y++)
        {
            int row = (int)((long)y * Height / height) * Width;
            for (int x = 0; x < width; x++)
                set[y * width + x] = Set[row + (int)((long)x * Width / width)];
        }

        return new Mask(width, height, set);
    }

    /// <summary>The pixels of either mask.</summary>
    /// <param name="other">A mask of the same size.</param>
    /// <returns>The union.</returns>
    /// <exception cref="MediaException">The sizes differ.</exception>
    public Mask Union(Mask other) => Combine(other, (a, b) => a | b);

    /// <summary>The pixels of both masks.</summary>
    /// <param name="other">A mask of the same size.</param>
    /// <returns>The intersection.</returns>
    /// <exception cref="MediaException">The sizes differ.</exception>
    public Mask Intersect(Mask other) => Combine(other, (a, b) => a & b);

    /// <summary>The pixels outside.</summary>
    /// <returns>The complement.</returns>
    public Mask Invert() => new(Width, Height, Array.ConvertAll(Set, s => (byte)(1 - s)));

    private Mask Combine(Mask other, Func<int, int, int> how)
    {
        ArgumentNullException.ThrowIfNull(other);
        if (other.Width != Width || other.Height != Height)
        {
            throw new MediaException(MediaError.SizeMismatch,
                $"Masks of {Width} x {Height} and {other.Width} x {other.Height} pixels cannot be combined.");
        }

        byte[] set = new byte[Set.Length];
        for (int i = 0; i < set.Length; i++)
            set[i] = (byte)how(Set[i], other.Set[i]);
        return new Mask(Width, Height, set);
    }
}
