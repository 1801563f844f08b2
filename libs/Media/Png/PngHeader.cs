using System.Buffers.Binary;

namespace VideoGrain.Media.Png;

/// <summary>A checked PNG header.</summary>
internal sealed record PngHeader(int Width, int Height, int BitDepth, byte ColourType)
{
    /// <summary>Bytes of one stored row, without its filter byte.</summary>
    public int RowBytes => checked((int)(((long)Width * BitDepth * PngFormat.StoredChannels(ColourType) + 7) / 8));

    /// <summary>Distance to the left neighbour that filters use, in bytes; at least 1.</summary>
    public int BytesPerPixel => Math.Max(1, BitDepth * PngFormat.StoredChannels(ColourType) / 8);

    public static PngHeader Parse(ReadOnlyMemory<byte> chunk, MediaLimits limits)
    {
        ReadOnlySpan<byte> h = chunk.Span;
        if (h.Length != PngFormat.HeaderLength)
            throw new MediaException(MediaError.Damaged, "The PNG header has the wrong length.");
        uint width = BinaryPrimitives.ReadUInt32BigEndian(h), height = BinaryPrimitives.ReadUInt32BigEndian(h[4..]);
        limits.CheckSize(width, height);
        byte depth = h[8], type = h[9];
        bool allowed = type switch
        {
            PngFormat.Gray => depth is 1 or 2 or 4 or 8 or 16,
            PngFormat.Palette => depth is 1 or 2 or 4 or 8,
            PngFormat.Rgb or PngFormat.GrayAlpha or PngFormat.Rgba => depth is 8 or 16,
            _ => false,
        };
        if (!allowed)
            throw new MediaException(MediaError.NotAPng, $"A PNG of colour type {type} and depth {depth} does not exist.");
        if (h[10] != 0 || h[11] != 0)
            throw new MediaException(MediaError.NotAPng, "The PNG names an unknown compression or filter method.");
        if (h[12] != 0)
            throw new MediaException(MediaError.NotAPng, "Interlaced PNG pictures are not read; save it without interlacing.");
        return new PngHeader((int)width, (int)height, depth, type);
    }
}
