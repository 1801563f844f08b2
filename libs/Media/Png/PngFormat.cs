namespace VideoGrain.Media.Png;

/// <summary>The facts of the PNG specification that reader and writer share.</summary>
internal static class PngFormat
{
    public const byte Gray = 0, Rgb = 2, Palette = 3, GrayAlpha = 4, Rgba = 6;
    public const int HeaderLength = 13;

    public static ReadOnlySpan<byte> Signature => [0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A];

    public static uint Header { get; } = Code("IHDR");

    public static uint Colours { get; } = Code("PLTE");

    public static uint Transparency { get; } = Code("tRNS");

    public static uint Data { get; } = Code("IDAT");

    public static uint End { get; } = Code("IEND");

    /// <summary>Samples per pixel as stored (1 for a palette index).</summary>
    public static int StoredChannels(byte colourType) => colourType switch
    {
        Gray or Palette => 1,
        GrayAlpha => 2,
        Rgb => 3,
        _ => 4,
    };

    /// <summary>The third neighbour predictor of the specification: of left, up and up-left the one nearest to left + up - up-left.</summary>
    public static byte Paeth(byte left, byte up, byte upLeft)
    {
        int p = left + up - upLeft;
        int a = Math.Abs(p - left), b = Math.Abs(p - up), c = Math.Abs(p - upLeft);
        return a <= b && a <= c ? left : b <= c ? up : upLeft;
    }

    private static uint Code(string name) => (uint)(name[0] << 24 | name[1] << 16 | name[2] << 8 | name[3]);
}
