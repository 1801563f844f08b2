namespace VideoGrain.Media.Flow;

/// <summary>Optical flow from one frame to the next: where every pixel goes, and whether it can be seen there.</summary>
public sealed class FlowField
{
    /// <summary>Wraps buffers; the field owns them from here on.</summary>
    /// <param name="width">Columns; at least 1.</param>
    /// <param name="height">Rows; at least 1.</param>
    /// <param name="displacement">(height, width, 2): horizontal and vertical displacement in pixels, finite.</param>
    /// <param name="visible">(height, width): whether the point is seen in the next frame.</param>
    /// <exception cref="MediaException">A buffer's length does not fit the size, or a displacement is not finite.</exception>
    public FlowField(int width, int height, float[] displacement, bool[] visible)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(height, 1);
        ArgumentNullException.ThrowIfNull(displacement);
        ArgumentNullException.ThrowIfNull(visible);
        if (displacement.LongLength != 2L * width * height || visible.LongLength != (long)width * height)
        {
            throw new MediaException(
                MediaError.SizeMismatch, $"Flow of {width} x {height} pixels: {displacement.Length} displacements, {visible.Length} visibilities.");
        }

        if (Array.Exists(displacement, v => !float.IsFinite(v)))
            throw new MediaException(MediaError.Damaged, "A flow displacement is not finite.");
        (Width, Height, Displacement, Visible) = (width, height, displacement, visible);
    }

    /// <summary>Columns.</summary>
    public int Width { get; }

    /// <summary>Rows.</summary>
    public int Height { get; }

    /// <summary>(height, width, 2): horizontal and vertical displacement in pixels.</summary>
    public float[] Displacement { get; }

    /// <summary>(height, width): whether the point is seen in the next frame.</summary>
    public bool[] Visible { get; }

    /// <summary>Reads flow from a 16-bit RGB picture: u = (R - 32768) / 64, v = (G - 32768) / 64 in pixels, visible where B is not 0.</summary>
    /// <param name="picture">The picture.</param>
    /// <returns>The flow.</returns>
    /// <exception cref="MediaException">The picture is not 16-bit RGB.</exception>
    public static FlowField FromPicture(Png.PngImage picture)
    {
        ArgumentNullException.ThrowIfNull(picture);
        if (picture.BitDepth != 16 || picture.Channels != 3)
            throw new MediaException(MediaError.Damaged, $"A flow picture is 16-bit RGB, not {picture.BitDepth}-bit with {picture.Channels} channels.");
        const int Zero = 32768;
        const float StepsPerPixel = 64;
        var pixels = picture.Width * picture.Height;
        var displacement = new float[2 * pixels];
        var visible = new bool[pixels];
        for (var p = 0; p < pixels; p++)
        {
            displacement[2 * p] = (picture.Samples[3 * p] - Zero) / StepsPerPixel;
            displacement[(2 * p) + 1] = (picture.Samples[(3 * p) + 1] - Zero) / StepsPerPixel;
            visible[p] = picture.Samples[(3 * p) + 2] != 0;
        }

        return new FlowField(picture.Width, picture.Height, displacement, visible);
    }
}
