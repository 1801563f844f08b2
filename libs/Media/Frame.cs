namespace VideoGrain.Media;

/// <summary>One picture: 8-bit RGB, rows from top to bottom, no padding between rows.</summary>
public sealed class Frame
{
    /// <summary>Bytes per pixel: red, green, blue.</summary>
    public const int Channels = 3;

    /// <summary>Wraps a buffer; the frame owns it from here on.</summary>
    /// <param name="width">Pixels per row; at least 1.</param>
    /// <param name="height">Rows; at least 1.</param>
    /// <param name="rgb">width * height * 3 bytes.</param>
    /// <exception cref="ArgumentException">The buffer's length does not fit the size.</exception>
    public Frame(int width, int height, byte[] rgb)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(height, 1);
        ArgumentNullException.ThrowIfNull(rgb);
        if (rgb.LongLength != (long)width * height * Channels)
            throw new ArgumentException($"{width} x {height} RGB needs {(long)width * height * Channels} bytes, not {rgb.Length}.", nameof(rgb));
        Width = width;
        Height = height;
        Rgb = rgb;
    }

    /// <summary>A frame of one colour.</summary>
    /// <param name="width">Pixels per row; at least 1.</param>
    /// <param name="height">Rows; at least 1.</param>
    /// <param name="colour">The colour of every pixel.</param>
    public Frame(int width, int height, Colour colour)
        : this(width, height, new byte[(long)width * height * Channels])
    {
        for (int i = 0; i < Rgb.Length; i += Channels)
            (Rgb[i], Rgb[i + 1], Rgb[i + 2]) = (colour.Red, colour.Green, colour.Blue);
    }

    /// <summary>Pixels per row.</summary>
    public int Width { get; }

    /// <summary>Rows.</summary>
    public int Height { get; }

    /// <summary>The samples: row-major, (height, width, 3).</summary>
    public byte[] Rgb { get; }

    /// <summary>The pixel at a place.</summary>
    /// <param name="x">Column, from 0.</param>
    /// <param name="y">Row, from 0.</param>
    public Colour this[int x, int y]
    {
        get
        {
            int i = Offset(x, y);
            return new Colour(Rgb[i], Rgb[i + 1], Rgb[i + 2]);
        }
        set
        {
            int i = Offset(x, y);
            (Rgb[i], Rgb[i + 1], Rgb[i + 2]) = (value.Red, value.Green, value.Blue);
        }
    }

    private int Offset(int x, int y)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)x, (uint)Width, nameof(x));
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)y, (uint)Height, nameof(y));
        return (y * Width + x) * Channels;
    }
}
