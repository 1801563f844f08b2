namespace VideoGrain.Editing;

/// <summary>Where a region lies in every frame: [frames, height, width], any size; non-zero bytes belong to the region.</summary>
public sealed class LayoutMask
{
    /// <summary>Wraps the bytes; the memory is kept, not copied.</summary>
    /// <exception cref="ArgumentException">The byte count does not fit the sizes, or a size is not positive.</exception>
    public LayoutMask(int frames, int height, int width, ReadOnlyMemory<byte> values)
    {
        if (frames < 1 || height < 1 || width < 1)
            throw new ArgumentException($"sizes must be positive, got {frames} x {height} x {width}", nameof(frames));
        if (values.Length != (long)frames * height * width)
            throw new ArgumentException($"{values.Length} bytes do not hold {frames} x {height} x {width} values", nameof(values));
        (Frames, Height, Width, Values) = (frames, height, width, values);
    }

    /// <summary>Number of frames.</summary>
    public int Frames { get; }

    /// <summary>Rows.</summary>
    public int Height { get; }

    /// <summary>Columns.</summary>
    public int Width { get; }

    /// <summary>[frames, height, width]; 0 is outside.</summary>
    public ReadOnlyMemory<byte> Values { get; }

    /// <summary>
    /// Nearest-neighbour resampling to another size: row i takes row floor(i * Height / height), columns likewise. Values become 0 or 1.
    /// </summary>
    public LayoutMask Resample(int height, int width)
    {
        var result = new byte[Frames * height * width];
        var source = Values.Span;
        for (var frame = 0; frame < Frames; frame++)
        {
            for (var row = 0; row < height; row++)
            {
                var sourceRow = (frame * Height + (int)((long)row * Height / height)) * Width;
                var targetRow = (frame * height + row) * width;
                for (var column = 0; column < width; column++)
                {
                    var value = source[sourceRow + (int)((long)column * Width / width)];
                    result[targetRow + column] = value == 0 ? (byte)0 : (byte)1;
                }
            }
        }

        return new LayoutMask(Frames, height, width, result);
    }

    /// <summary>
    /// Every cell becomes a square of pixels, with the steps between cells rounded off; what reaches over the wanted size is cut.
    /// </summary>
    /// <param name="cell">Pixels of a cell in each direction.</param>
    /// <param name="height">Wanted rows.</param>
    /// <param name="width">Wanted columns.</param>
    public LayoutMask Enlarge(int cell, int height, int width)
    {
        const float Inside = 0.5f;
        var result = new byte[Frames * height * width];
        var source = new float[Height * Width];
        for (var frame = 0; frame < Frames; frame++)
        {
            var cells = Values.Span.Slice(frame * source.Length, source.Length);
            for (var i = 0; i < source.Length; i++) source[i] = cells[i] == 0 ? 0 : 1;
            var large = Pictures.Resampling.Bilinear(source, Height, Width, 1, Height * cell, Width * cell);
            for (var row = 0; row < height; row++)
            {
                for (var column = 0; column < width; column++)
                    result[(frame * height + row) * width + column] = large[row * Width * cell + column] >= Inside ? (byte)1 : (byte)0;
            }
        }

        return new LayoutMask(Frames, height, width, result);
    }

    /// <summary>A copy cut or enlarged to another size, without scaling; new rows and columns repeat the last.</summary>
    public LayoutMask Fit(int height, int width) =>
        new(Frames, height, width, Padding.Fit(Values.Span, Frames, Height, Width, 1, height, width));

    /// <summary>The mask of some frames, in the order given.</summary>
    public LayoutMask Select(ReadOnlySpan<int> frames)
    {
        var perFrame = Height * Width;
        var result = new byte[frames.Length * perFrame];
        for (var i = 0; i < frames.Length; i++)
            Values.Span.Slice(frames[i] * perFrame, perFrame).CopyTo(result.AsSpan(i * perFrame));
        return new LayoutMask(frames.Length, Height, Width, result);
    }

    /// <summary>Whether no pixel of any frame belongs to the region.</summary>
    public bool IsEmpty => !Values.Span.ContainsAnyExcept((byte)0);
}
