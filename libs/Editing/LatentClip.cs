namespace VideoGrain.Editing;

/// <summary>Latents of a clip in host memory, row-major [frames, height, width, channels].</summary>
public sealed class LatentClip
{
    /// <summary>Wraps the values; the array is kept, not copied.</summary>
    /// <exception cref="ArgumentException">The count does not fit the sizes, or a size is not positive.</exception>
    public LatentClip(int frames, int height, int width, int channels, float[] values)
    {
        if (frames < 1 || height < 1 || width < 1 || channels < 1)
            throw new ArgumentException($"sizes must be positive, got {frames} x {height} x {width} x {channels}", nameof(frames));
        if (values.Length != (long)frames * height * width * channels)
            throw new ArgumentException($"{values.Length} values do not hold {frames} x {height} x {width} x {channels}", nameof(values));
        (Frames, Height, Width, Channels, Values) = (frames, height, width, channels, values);
    }

    /// <summary>Zeros of the given sizes.</summary>
    public LatentClip(int frames, int height, int width, int channels)
        : this(frames, height, width, channels, new float[checked(frames * height * width * channels)])
    {
    }

    /// <summary>Number of frames.</summary>
    public int Frames { get; }

    /// <summary>Rows, an eighth of the picture's for Stable Diffusion.</summary>
    public int Height { get; }

    /// <summary>Columns.</summary>
    public int Width { get; }

    /// <summary>Channels, 4 for Stable Diffusion.</summary>
    public int Channels { get; }

    /// <summary>The values, [frames, height, width, channels].</summary>
    public float[] Values { get; }

    /// <summary>Elements of one frame.</summary>
    public int FrameSize => Height * Width * Channels;

    /// <summary>Whether another clip has the same sizes.</summary>
    public bool SameShape(LatentClip other) =>
        Frames == other.Frames && Height == other.Height && Width == other.Width && Channels == other.Channels;

    /// <summary>A copy of some frames, in the order given.</summary>
    public LatentClip Select(ReadOnlySpan<int> frames)
    {
        var result = new LatentClip(frames.Length, Height, Width, Channels);
        for (var i = 0; i < frames.Length; i++)
            Values.AsSpan(frames[i] * FrameSize, FrameSize).CopyTo(result.Values.AsSpan(i * FrameSize));
        return result;
    }

    /// <summary>A copy cut or enlarged to another size; new rows and columns repeat the last.</summary>
    public LatentClip Fit(int height, int width) =>
        new(Frames, height, width, Channels, Padding.Fit<float>(Values, Frames, Height, Width, Channels, height, width));

    /// <summary>Whether no value is infinite or not a number.</summary>
    public bool IsFinite => Array.TrueForAll(Values, float.IsFinite);

    /// <summary>A clip of the same sizes around other values.</summary>
    public LatentClip With(float[] values) => new(Frames, Height, Width, Channels, values);

    /// <summary>A deep copy.</summary>
    public LatentClip Copy() => With((float[])Values.Clone());

    /// <summary>The sizes, for messages.</summary>
    public override string ToString() => $"[{Frames}, {Height}, {Width}, {Channels}]";
}
