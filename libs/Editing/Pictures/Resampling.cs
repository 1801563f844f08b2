namespace VideoGrain.Editing.Pictures;

/// <summary>
/// Resizing of pictures [height, width, channels] with pixel centres at half-integers. Kernels widen when a picture shrinks, so that every
/// source pixel counts; at borders the weights inside are brought to a sum of 1.
/// </summary>
internal static class Resampling
{
    private const float CubicCoefficient = -0.5f;
    private const float CubicReach = 2;

    /// <summary>Linear interpolation.</summary>
    public static float[] Bilinear(ReadOnlySpan<float> source, int height, int width, int channels, int newHeight, int newWidth) =>
        Resize(source, height, width, channels, newHeight, newWidth, 1, static distance => Math.Max(0, 1 - distance));

    /// <summary>Cubic convolution.</summary>
    public static float[] Bicubic(ReadOnlySpan<float> source, int height, int width, int channels, int newHeight, int newWidth) =>
        Resize(source, height, width, channels, newHeight, newWidth, CubicReach, Cubic);

    private static float[] Resize(
        ReadOnlySpan<float> source, int height, int width, int channels, int newHeight, int newWidth, float reach, Func<float, float> kernel)
    {
        var columns = Taps(width, newWidth, reach, kernel);
        var rows = Taps(height, newHeight, reach, kernel);
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

    private static (int Index, float Weight)[][] Taps(int size, int newSize, float reach, Func<float, float> kernel)
    {
        var stretch = Math.Max(1, size / (float)newSize);
        var result = new (int Index, float Weight)[newSize][];
        for (var i = 0; i < newSize; i++)
        {
            var centre = (i + 0.5f) * size / newSize - 0.5f;
            var first = Math.Max(0, (int)MathF.Ceiling(centre - reach * stretch));
            var last = Math.Min(size - 1, (int)MathF.Floor(centre + reach * stretch));
            var weights = Enumerable.Range(first, last - first + 1).Select(tap => (tap, kernel(Math.Abs(centre - tap) / stretch))).ToArray();
            var sum = weights.Sum(w => w.Item2);
            result[i] = [.. weights.Select(w => (w.tap, w.Item2 / sum))];
        }

        return result;
    }

    private static float Cubic(float distance)
    {
        const float A = CubicCoefficient;
        if (distance <= 1) return ((A + 2) * distance - (A + 3)) * distance * distance + 1;
        return distance < CubicReach ? ((A * distance - 5 * A) * distance + 8 * A) * distance - 4 * A : 0;
    }
}
