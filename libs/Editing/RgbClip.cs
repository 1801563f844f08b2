namespace VideoGrain.Editing;

/// <summary>Frames of a clip, 8-bit RGB, row-major: [frames, height, width, 3]. Also carries control maps.</summary>
public sealed class RgbClip
{
    /// <summary>Wraps the pixels; the memory is kept, not copied.</summary>
    /// <exception cref="ArgumentException">The byte count does not fit the sizes, or a size is not positive.</exception>
    public RgbClip(int frames, int height, int width, ReadOnlyMemory<byte> pixels)
    {
        if (frames < 1 || height < 1 || width < 1)
            throw new ArgumentException($"sizes must be positive, got {frames} x {height} x {width}", nameof(frames));
        if (pixels.Length != 3L * frames * height * width)
            throw new ArgumentException($"{pixels.Length} bytes do not hold {frames} x {height} x {width} RGB pixels", nameof(pixels));
        (Frames, Height, Width, Pixels) = (frames, height, width, pixels);
    }

    /// <summary>Number of frames.</summary>
    public int Frames { get; }

    /// <summary>Rows of a frame, in pixels.</summary>
    public int Height { get; }

    /// <summary>Columns of a frame, in pixels.</summary>
    public int Width { get; }

    /// <summary>The pixels, [frames, height, width, 3].</summary>
    public ReadOnlyMemory<byte> Pixels { get; }

    /// <summary>Pixels of frames [start, start + count).</summary>
    public ReadOnlyMemory<byte> Slice(int start, int count)
    {
        var frameBytes = 3 * Height * Width;
        return Pixels.Slice(start * frameBytes, count * frameBytes);
    }

    /// <summary>A copy cut or enlarged to another size; new rows and columns repeat the last.</summary>
    public RgbClip Fit(int height, int width) =>
        new(Frames, height, width, Padding.Fit(Pixels.Span, Frames, Height, Width, 3, height, width));

    /// <summary>A copy of some frames, in the order given.</summary>
    public RgbClip Select(ReadOnlySpan<int> frames)
    {
        var frameBytes = 3 * Height * Width;
        var result = new byte[frames.Length * frameBytes];
        for (var i = 0; i < frames.Length; i++) Slice(frames[i], 1).Span.CopyTo(result.AsSpan(i * frameBytes));
        return new RgbClip(frames.Length, Height, Width, result);
    }
}
