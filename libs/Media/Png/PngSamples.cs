using System.Buffers.Binary;

namespace VideoGrain.Media.Png;

/// <summary>Turns unfiltered rows into samples: packed bits are scaled to 8, palette indices are looked up.</summary>
internal static class PngSamples
{
    private const int PaletteEntry = 3;

    public static PngImage Expand(byte[] rows, PngHeader header, ReadOnlyMemory<byte> palette, ReadOnlyMemory<byte> transparency)
    {
        ushort[] stored = Unpack(rows, header);
        if (header.ColourType != PngFormat.Palette)
        {
            Scale(stored, header.BitDepth);
            return new PngImage(header.Width, header.Height, PngFormat.StoredChannels(header.ColourType), stored, Math.Max(8, header.BitDepth));
        }

        return Lookup(stored, header, palette.Span, transparency.Span);
    }

    private static ushort[] Unpack(byte[] rows, PngHeader header)
    {
        int perRow = header.Width * PngFormat.StoredChannels(header.ColourType), depth = header.BitDepth;
        ushort[] samples = new ushort[(long)perRow * header.Height];
        for (int y = 0; y < header.Height; y++)
        {
            ReadOnlySpan<byte> row = rows.AsSpan(y * (header.RowBytes + 1) + 1, header.RowBytes);
            Span<ushort> to = samples.AsSpan(y * perRow, perRow);
            for (int i = 0; i < perRow; i++)
            {
                to[i] = depth switch
                {
                    8 => row[i],
                    16 => BinaryPrimitives.ReadUInt16BigEndian(row[(2 * i)..]),
                    _ => (ushort)(row[i * depth / 8] >> 8 - depth - i * depth % 8 & (1 << depth) - 1),
                };
            }
        }

        return samples;
    }

    private static void Scale(ushort[] samples, int depth)
    {
        if (depth >= 8)
            return;
        int factor = byte.MaxValue / ((1 << depth) - 1);
        for (int i = 0; i < samples.Length; i++)
            samples[i] = (ushort)(samples[i] * factor);
    }

    private static PngImage Lookup(ushort[] indices, PngHeader header, ReadOnlySpan<byte> palette, ReadOnlySpan<byte> alpha)
    {
        int entries = palette.Length / PaletteEntry;
        if (entries == 0 || palette.Length % PaletteEntry != 0 || alpha.Length > entries)
            throw new MediaException(MediaError.Damaged, "The palette of the PNG is missing or damaged.");
        int channels = alpha.IsEmpty ? 3 : 4;
        ushort[] samples = new ushort[(long)indices.Length * channels];
        for (int i = 0; i < indices.Length; i++)
        {
            int index = indices[i];
            if (index >= entries)
                throw new MediaException(MediaError.Damaged, $"A pixel of the PNG names colour {index} of {entries}.");
            for (int c = 0; c < PaletteEntry; c++)
                samples[i * channels + c] = palette[index * PaletteEntry + c];
            if (channels == 4)
                samples[i * channels + 3] = index < alpha.Length ? alpha[index] : byte.MaxValue;
        }

        return new PngImage(header.Width, header.Height, channels, samples, 8);
    }
}
