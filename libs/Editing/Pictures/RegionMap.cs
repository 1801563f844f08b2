namespace VideoGrain.Editing.Pictures;

/// <summary>Regions as flat colours: what clustering found, or the masks of an edit.</summary>
public static class RegionMap
{
    // Golden-ratio steps around the colour circle keep neighbouring numbers far apart.
    private const float HueStep = 0.618034f;
    private const float Brightness = 255;

    /// <summary>Paints every region's pixels; a later region lies on top, pixels of none are black.</summary>
    /// <param name="masks">Masks of equal frame counts.</param>
    /// <param name="height">Rows of the pictures.</param>
    /// <param name="width">Columns of the pictures.</param>
    /// <exception cref="ArgumentException">There is no mask, or the frame counts differ.</exception>
    public static RgbClip Paint(IReadOnlyList<LayoutMask> masks, int height, int width)
    {
        if (masks.Count == 0) throw new ArgumentException("at least one mask is needed", nameof(masks));
        if (masks.Any(mask => mask.Frames != masks[0].Frames)) throw new ArgumentException("frame counts differ", nameof(masks));
        var pixels = new byte[3 * masks[0].Frames * height * width];
        for (var region = 0; region < masks.Count; region++)
        {
            var (red, green, blue) = Colour(region);
            var values = masks[region].Resample(height, width).Values.Span;
            for (var i = 0; i < values.Length; i++)
            {
                if (values[i] == 0) continue;
                (pixels[3 * i], pixels[3 * i + 1], pixels[3 * i + 2]) = (red, green, blue);
            }
        }

        return new RgbClip(masks[0].Frames, height, width, pixels);
    }

    private static (byte Red, byte Green, byte Blue) Colour(int region)
    {
        var hue = region * HueStep % 1 * 6;
        return (Part(hue, 0), Part(hue, 2), Part(hue, 4));

        static byte Part(float hue, float peak)
        {
            var distance = Math.Abs(hue - peak);
            distance = Math.Min(distance, 6 - distance);
            return (byte)(Brightness * Math.Clamp(2 - distance, 0, 1));
        }
    }
}
