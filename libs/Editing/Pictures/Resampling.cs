namespace VideoGrain.Editing.Pictures;

/// <summary>Resizing of pictures [height, width, channels], with pixel centres at half-integers and borders repeated.</summary>
internal static class Resampling
{
    // Coefficient of the cubic convolution kernel that the released program's library uses.
    private const float CubicCoefficient = -0.75f;

    /// <summary>Linear interpolation between the two nearest pixels in each direction.</summary>
    public static float[] Bilinear(ReadOnlySpan<float> source, int height, int width, int channels, int newHeight, int newWidth) =>
        Resize(source, height, width, channels, newHeight, newWidth, 2, static distance => Math.Max(0, 1 - distance), clampStart: true);

    /// <summary>Cubic convolution over the four nearest pixels in each direction.</summary>
    public static float[] Bicubic(ReadOnlySpan<float> source, int height, int width, int channels, int newHeight, int newWidth) =>
        Resize(source, height, width, channels, newHeight, newWidth, 4, Cubic, clampStart: false);

    private static float[] Resize(
        ReadOnlySpan<float> source, int height, int width, int channels, int newHeight, int newWidth, int taps, Func<float, float> kernel, bool clampStart)
    {
        var columns = Taps(width, newWidth, taps, kernel, clampStart);
        var rows = Taps(height, newHeight, taps, kernel, clampStart);
        var across = new float[height * newWidth * channels];
        for (var i = 0; i < across.Length; i++)
        {
            var (c, x, y) = (i % channels, i / channels % newWidth, i / channels / newWidth);
            foreach (var (index, weight) in columns[x]) across[i] += weight * source[(y * width + index) * channels + c];
        }

        var result = new float[newHeight * newWidth * channels];
        for (var i = 0; i < result.Length; i++)
        {
            var (rest, y) = (i % (newWidth * channels), i / channels / newWidth);
            foreach (var (index, weight) in rows[y]) result[i] += weight * across[index * newWidth * channels + rest];
        }

        return result;
    }

    private static (int Index, float Weight)[][] Taps(int size, int newSize, int taps, Func<float, float> kernel, bool clampStart)
    {
        var result = new (int, float)[newSize][];
        for (var i = 0; i < newSize; i++)
        {
            var centre = (i + 0.5f) * size / newSize - 0.5f;
            if (clampStart) centre = Math.Max(0, centre);
            var first = (int)MathF.Floor(centre) - taps / 2 + 1;
            result[i] = [.. Enumerable.Range(first, taps).Select(tap => (Math.Clamp(tap, 0, size - 1), kernel(Math.Abs(centre - tap))))];
        }

        return result;
    }

    private static float Cubic(float distance)
    {
        const float A = CubicCoefficient;
        if (distance <= 1) return ((A + 2) * distance - (A + 3)) * distance * distance + 1;
        return distance < 2 ? ((A * distance - 5 * A) * distance + 8 * A) * distance - 4 * A : 0;
    }
}
