using VideoGrain.Media;

namespace VideoGrain.Quality.Toybox;

/// <summary>Cuts out what the object classifier looks at.</summary>
public static class ObjectCrop
{
    /// <summary>Rows and columns of a crop, in pixels.</summary>
    public const int Side = 64;

    // The judge was trained on squares this much wider than the object, and moved up to hold a hat.
    private const double SidePerSize = 1.9;
    private const double RisePerSize = 0.12;

    /// <summary>Returns the square around an object, resampled bilinearly; what lies outside the frame repeats its border.</summary>
    /// <param name="frame">The frame.</param>
    /// <param name="place">Where the object is in it.</param>
    /// <returns>A frame of <see cref="Side"/> x <see cref="Side"/> pixels.</returns>
    public static Frame Of(Frame frame, ObjectPlacement place)
    {
        ArgumentNullException.ThrowIfNull(frame);
        ArgumentNullException.ThrowIfNull(place);
        var side = SidePerSize * place.Size;
        var step = side / Side;
        // Sample positions are pixel centres, hence the half steps.
        var left = place.Cx - (side / 2) + (step / 2) - 0.5;
        var top = place.Cy - (RisePerSize * place.Size) - (side / 2) + (step / 2) - 0.5;
        var rgb = new byte[Side * Side * Frame.Channels];
        for (var y = 0; y < Side; y++)
        {
            for (var x = 0; x < Side; x++)
                Sample(frame, left + (x * step), top + (y * step), rgb.AsSpan(((y * Side) + x) * Frame.Channels, Frame.Channels));
        }

        return new Frame(Side, Side, rgb);
    }

    private static void Sample(Frame frame, double x, double y, Span<byte> pixel)
    {
        var (x0, y0) = ((int)Math.Floor(x), (int)Math.Floor(y));
        var (fx, fy) = (x - x0, y - y0);
        for (var c = 0; c < Frame.Channels; c++)
        {
            var upper = ((1 - fx) * At(frame, x0, y0, c)) + (fx * At(frame, x0 + 1, y0, c));
            var lower = ((1 - fx) * At(frame, x0, y0 + 1, c)) + (fx * At(frame, x0 + 1, y0 + 1, c));
            pixel[c] = (byte)Math.Round(((1 - fy) * upper) + (fy * lower));
        }
    }

    private static double At(Frame frame, int x, int y, int channel)
    {
        x = Math.Clamp(x, 0, frame.Width - 1);
        y = Math.Clamp(y, 0, frame.Height - 1);
        return frame.Rgb[(((y * frame.Width) + x) * Frame.Channels) + channel];
    }
}
