using System.Buffers.Binary;
using System.IO.Compression;

namespace VideoGrain.Media.Png;

/// <summary>Writes 8-bit gray and RGB and 16-bit RGB pictures.</summary>
public static class PngWriter
{
    /// <summary>A frame as an RGB picture.</summary>
    /// <param name="frame">The frame.</param>
    /// <returns>The file's bytes.</returns>
    public static byte[] Write(Frame frame)
    {
        ArgumentNullException.ThrowIfNull(frame);
        return Write(frame.Width, frame.Height, PngFormat.Rgb, 8, frame.Rgb);
    }

    /// <summary>A mask as a gray picture: 0 and 255.</summary>
    /// <param name="mask">The mask.</param>
    /// <returns>The file's bytes.</returns>
    public static byte[] Write(Mask mask)
    {
        ArgumentNullException.ThrowIfNull(mask);
        byte[] gray = new byte[mask.Set.Length];
        for (int i = 0; i < gray.Length; i++)
            gray[i] = (byte)(mask.Set[i] * byte.MaxValue);
        return Write(mask.Width, mask.Height, PngFormat.Gray, 8, gray);
    }

    /// <summary>16-bit RGB samples, as flow fields are stored.</summary>
    /// <param name="width">Pixels per row; at least 1.</param>
    /// <param name="height">Rows; at least 1.</param>
    /// <param name="rgb">(height, width, 3).</param>
    /// <returns>The file's bytes.</returns>
    /// <exception cref="ArgumentException">The number of samples does not fit the size.</exception>
    public static byte[] WriteRgb16(int width, int height, ReadOnlySpan<ushort> rgb)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(height, 1);
        if (rgb.Length != (long)width * height * Frame.Channels)
            throw new ArgumentException($"{width} x {height} RGB needs {(long)width * height * Frame.Channels} samples, not {rgb.Length}.", nameof(rgb));
        byte[] bytes = new byte[rgb.Length * 2];
        for (int i = 0; i < rgb.Length; i++)
            BinaryPrimitives.WriteUInt16BigEndian(bytes.AsSpan(2 * i), rgb[i]);
        return Write(width, height, PngFormat.Rgb, 16, bytes);
    }

    private static byte[] Write(int width, int height, byte colourType, byte depth, ReadOnlySpan<byte> samples)
    {
        using MemoryStream file = new();
        file.Write(PngFormat.Signature);
        byte[] header = new byte[PngFormat.HeaderLength];
        BinaryPrimitives.WriteInt32BigEndian(header, width);
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4), height);
        (header[8], header[9]) = (depth, colourType);
        Chunk(file, PngFormat.Header, header);
        int step = depth / 8 * PngFormat.StoredChannels(colourType);
        Chunk(file, PngFormat.Data, Compress(samples, width * step, step));
        Chunk(file, PngFormat.End, []);
        return file.ToArray();
    }

    private static void Chunk(MemoryStream file, uint kind, ReadOnlySpan<byte> body)
    {
        byte[] chunk = new byte[body.Length + 12];
        BinaryPrimitives.WriteInt32BigEndian(chunk, body.Length);
        BinaryPrimitives.WriteUInt32BigEndian(chunk.AsSpan(4), kind);
        body.CopyTo(chunk.AsSpan(8));
        BinaryPrimitives.WriteUInt32BigEndian(chunk.AsSpan(8 + body.Length), Crc32.Of(chunk.AsSpan(4, body.Length + 4)));
        file.Write(chunk);
    }

    private static byte[] Compress(ReadOnlySpan<byte> samples, int rowBytes, int step)
    {
        using MemoryStream compressed = new();
        using (ZLibStream zlib = new(compressed, CompressionLevel.Optimal, leaveOpen: true))
        {
            byte[] above = new byte[rowBytes], best = new byte[rowBytes + 1], tried = new byte[rowBytes + 1];
            for (int at = 0; at < samples.Length; at += rowBytes)
            {
                ReadOnlySpan<byte> row = samples.Slice(at, rowBytes);
                long least = long.MaxValue;
                for (byte filter = 0; filter <= 4; filter++)
                {
                    long cost = Filter(filter, row, above, step, tried);
                    if (cost >= least)
                        continue;
                    least = cost;
                    (best, tried) = (tried, best);
                }

                zlib.Write(best);
                row.CopyTo(above);
            }
        }

        return compressed.ToArray();
    }

    /// <summary>Filters one row and rates the result: the sum of residual magnitudes predicts well what deflate makes of it.</summary>
    private static long Filter(byte filter, ReadOnlySpan<byte> row, ReadOnlySpan<byte> above, int step, Span<byte> to)
    {
        to[0] = filter;
        long cost = 0;
        for (int i = 0; i < row.Length; i++)
        {
            byte left = i >= step ? row[i - step] : (byte)0, up = above[i], upLeft = i >= step ? above[i - step] : (byte)0;
            byte predicted = filter switch
            {
                0 => 0,
                1 => left,
                2 => up,
                3 => (byte)((left + up) / 2),
                _ => PngFormat.Paeth(left, up, upLeft),
            };
            to[i + 1] = (byte)(row[i] - predicted);
            cost += Math.Abs((int)(sbyte)to[i + 1]);
        }

        return cost;
    }
}
