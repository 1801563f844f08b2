namespace VideoGrain.Media.Png;

/// <summary>A decoded PNG: interleaved samples, rows from top to bottom. Depths below 8 and palettes are already expanded.</summary>
/// <param name="Width">Pixels per row.</param>
/// <param name="Height">Rows.</param>
/// <param name="Channels">1 gray, 2 gray and alpha, 3 RGB, 4 RGBA.</param>
/// <param name="Samples">(height, width, channels); 0 to 255 when <paramref name="BitDepth"/> is 8, 0 to 65535 when it is 16.</param>
/// <param name="BitDepth">8 or 16.</param>
public sealed record PngImage(int Width, int Height, int Channels, ushort[] Samples, int BitDepth)
{
    /// <summary>The picture as 8-bit RGB: gray is repeated, alpha is dropped, 16-bit samples keep their high byte.</summary>
    /// <returns>A frame of the same size.</returns>
    public Frame ToFrame()
    {
        byte[] rgb = new byte[(long)Width * Height * Frame.Channels];
        int shift = BitDepth - 8, colours = Channels >= 3 ? 3 : 1;
        for (int p = 0; p < Width * Height; p++)
        {
            for (int c = 0; c < Frame.Channels; c++)
                rgb[p * Frame.Channels + c] = (byte)(Samples[p * Channels + (colours == 3 ? c : 0)] >> shift);
        }

        return new Frame(Width, Height, rgb);
    }

    /// <summary>The picture as a mask; alpha is ignored.</summary>
    /// <param name="threshold">
    /// Set where any colour sample, brought to 8 bits, is at least this; 1 to 255. Null sets every sample that is not zero, as
    /// published masks are read.
    /// </param>
    /// <returns>A mask of the same size.</returns>
    public Mask ToMask(byte? threshold = null)
    {
        ArgumentOutOfRangeException.ThrowIfZero(threshold ?? 1, nameof(threshold));
        int least = threshold is byte given ? given << BitDepth - 8 : 1;
        byte[] set = new byte[(long)Width * Height];
        int colours = Channels >= 3 ? 3 : 1;
        for (int p = 0; p < set.Length; p++)
        {
            for (int c = 0; c < colours && set[p] == 0; c++)
                set[p] = Samples[p * Channels + c] >= least ? (byte)1 : (byte)0;
        }

        return new Mask(Width, Height, set);
    }
}
