namespace VideoGrain.Gpu.Benchmarks;

/// <summary>How far numbers lie from those expected.</summary>
/// <param name="Largest">Largest difference.</param>
/// <param name="Mean">Mean difference.</param>
/// <param name="Relative">Root of the ratio of the sums of squares of difference and expected.</param>
internal sealed record Differences(double Largest, double Mean, double Relative)
{
    /// <summary>Compares.</summary>
    public static Differences Between(ReadOnlySpan<float> expected, ReadOnlySpan<float> actual)
    {
        double largest = 0, sum = 0, squares = 0, size = 0;
        for (var i = 0; i < expected.Length; i++)
        {
            var difference = Math.Abs((double)expected[i] - actual[i]);
            if (!double.IsFinite(difference)) return new Differences(double.NaN, double.NaN, double.NaN);
            largest = Math.Max(largest, difference);
            sum += difference;
            squares += difference * difference;
            size += (double)expected[i] * expected[i];
        }

        return new Differences(largest, sum / expected.Length, Math.Sqrt(squares / size));
    }

    /// <summary>Peak signal-to-noise ratio of pixels, in dB.</summary>
    public static double Psnr(ReadOnlySpan<byte> expected, ReadOnlySpan<byte> actual)
    {
        double squares = 0;
        for (var i = 0; i < expected.Length; i++) squares += (expected[i] - actual[i]) * (expected[i] - actual[i]);
        return squares == 0 ? double.PositiveInfinity : 10 * Math.Log10((double)byte.MaxValue * byte.MaxValue * expected.Length / squares);
    }
}
