namespace VideoGrain.Media.Pictures;

/// <summary>Shows which pixels belong to which region.</summary>
public static class MaskOverlay
{
    private const double Opacity = 0.5;

    /// <summary>Tints a frame with each region's colour; a later region lies on top of an earlier one, as phrases do.</summary>
    /// <param name="frame">The frame.</param>
    /// <param name="regions">One mask per region, of any size; resampled to the frame's.</param>
    /// <returns>A new frame of the same size.</returns>
    public static Frame Draw(Frame frame, IReadOnlyList<Mask> regions)
    {
        ArgumentNullException.ThrowIfNull(frame);
        ArgumentNullException.ThrowIfNull(regions);
        byte[] rgb = (byte[])frame.Rgb.Clone();
        int[] top = new int[frame.Width * frame.Height];
        Array.Fill(top, -1);
        for (int r = 0; r < regions.Count; r++)
        {
            Mask mask = regions[r].Resize(frame.Width, frame.Height);
            for (int p = 0; p < top.Length; p++)
            {
                if (mask.Set[p] != 0)
                    top[p] = r;
            }
        }

        for (int p = 0; p < top.Length; p++)
        {
            if (top[p] >= 0)
            {
                Colour colour = RegionColours.Of(top[p]);
                int i = p * Frame.Channels;
                rgb[i] = Mix(rgb[i], colour.Red);
                rgb[i + 1] = Mix(rgb[i + 1], colour.Green);
                rgb[i + 2] = Mix(rgb[i + 2], colour.Blue);
            }
        }

        return new Frame(frame.Width, frame.Height, rgb);
    }

    private static byte Mix(byte under, byte over) => (byte)Math.Round(under * (1 - Opacity) + over * Opacity);
}
