using System.Globalization;

namespace VideoGrain.Media;

/// <summary>Frames per second as an exact fraction, as containers store it.</summary>
/// <param name="Numerator">Frames; at least 1.</param>
/// <param name="Denominator">Seconds; at least 1.</param>
public readonly record struct FrameRate(int Numerator, int Denominator)
{
    private const double Slowest = 0.01;
    private const double Fastest = 1000;

    /// <summary>The rate of clips that name none.</summary>
    public static FrameRate Default { get; } = new(8, 1);

    /// <summary>Frames per second.</summary>
    public double FramesPerSecond => (double)Numerator / Denominator;

    /// <summary>Reads <c>30000/1001</c> or <c>8</c>.</summary>
    /// <param name="text">The text.</param>
    /// <param name="rate">The rate, when true is returned.</param>
    /// <returns>False for anything that is no positive rate between 0.01 and 1000 frames per second.</returns>
    public static bool TryParse(string? text, out FrameRate rate)
    {
        rate = default;
        string[] parts = (text ?? "").Split('/');
        if (parts.Length is < 1 or > 2
            || !int.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out int numerator))
        {
            return false;
        }

        int denominator = 1;
        if (parts.Length == 2 && !int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out denominator))
            return false;
        if (numerator < 1 || denominator < 1)
            return false;
        rate = new FrameRate(numerator, denominator);
        return rate.FramesPerSecond is >= Slowest and <= Fastest;
    }

    /// <summary>The nearest fraction with a denominator of 1000.</summary>
    /// <param name="framesPerSecond">From 0.01 to 1000.</param>
    /// <returns>The rate, in lowest terms.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The value is outside the range.</exception>
    public static FrameRate FromDouble(double framesPerSecond)
    {
        if (!(framesPerSecond is >= Slowest and <= Fastest))
            throw new ArgumentOutOfRangeException(nameof(framesPerSecond), framesPerSecond, "A frame rate lies between 0.01 and 1000.");
        int numerator = (int)Math.Round(framesPerSecond * 1000), denominator = 1000;
        int a = numerator, b = denominator;
        while (b != 0)
            (a, b) = (b, a % b);
        return new FrameRate(numerator / a, denominator / a);
    }

    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Numerator}/{Denominator}");
}
