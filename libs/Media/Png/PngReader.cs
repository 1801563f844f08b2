using System.IO.Compression;

namespace VideoGrain.Media.Png;

/// <summary>
/// Reads the PNG pictures that masks, frames and flow fields come in: gray, gray-alpha, RGB, RGBA and palette, 1 to 16 bits,
/// not interlaced. Checksums are verified, sizes are checked before anything is allocated.
/// </summary>
public static class PngReader
{
    /// <summary>Reads a file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="limits">What is accepted; the defaults when null.</param>
    /// <returns>The picture.</returns>
    /// <exception cref="MediaException">No such file, no PNG, damaged, or beyond the limits.</exception>
    public static PngImage ReadFile(string path, MediaLimits? limits = null)
    {
        limits ??= MediaLimits.Default;
        FileInfo file = new(path);
        if (!file.Exists)
            throw new MediaException(MediaError.NotFound, $"There is no picture '{file.Name}'.");
        limits.CheckInputBytes(file.Length);
        try
        {
            return Read(File.ReadAllBytes(path), limits);
        }
        catch (MediaException e) when (e.Error is MediaError.NotAPng or MediaError.Damaged)
        {
            throw new MediaException(e.Error, $"{file.Name}: {e.Message}", e);
        }
    }

    /// <summary>Reads a picture in memory.</summary>
    /// <param name="bytes">The whole file.</param>
    /// <param name="limits">What is accepted; the defaults when null.</param>
    /// <returns>The picture.</returns>
    /// <exception cref="MediaException">No PNG, damaged, or beyond the limits.</exception>
    public static PngImage Read(ReadOnlyMemory<byte> bytes, MediaLimits? limits = null)
    {
        limits ??= MediaLimits.Default;
        limits.CheckInputBytes(bytes.Length);
        PngChunks chunks = PngChunks.Parse(bytes);
        PngHeader header = PngHeader.Parse(chunks.Header, limits);
        byte[] rows = Inflate(chunks.Data, header);
        Unfilter(rows, header);
        return PngSamples.Expand(rows, header, chunks.Palette, chunks.Transparency);
    }

    private static byte[] Inflate(List<ReadOnlyMemory<byte>> data, PngHeader header)
    {
        byte[] compressed = new byte[data.Sum(d => (long)d.Length)];
        int at = 0;
        foreach (ReadOnlyMemory<byte> part in data)
        {
            part.Span.CopyTo(compressed.AsSpan(at));
            at += part.Length;
        }

        // The size is known from the header, so a bomb cannot grow past it: one byte more than expected is already an error.
        byte[] rows = new byte[(header.RowBytes + 1L) * header.Height];
        try
        {
            using ZLibStream zlib = new(new MemoryStream(compressed), CompressionMode.Decompress);
            if (zlib.ReadAtLeast(rows, rows.Length, throwOnEndOfStream: false) < rows.Length)
                throw new MediaException(MediaError.Damaged, "The PNG holds fewer rows than its header promises.");
            if (zlib.ReadByte() >= 0)
                throw new MediaException(MediaError.Damaged, "The PNG holds more rows than its header promises.");
        }
        catch (InvalidDataException e)
        {
            throw new MediaException(MediaError.Damaged, "The compressed data of the PNG are damaged.", e);
        }

        return rows;
    }

    private static void Unfilter(byte[] rows, PngHeader header)
    {
        int stride = header.RowBytes + 1, step = header.BytesPerPixel;
        byte[] zeros = new byte[header.RowBytes];
        for (int y = 0; y < header.Height; y++)
        {
            Span<byte> row = rows.AsSpan(y * stride + 1, header.RowBytes);
            ReadOnlySpan<byte> above = y == 0 ? zeros : rows.AsSpan((y - 1) * stride + 1, header.RowBytes);
            byte filter = rows[y * stride];
            for (int i = 0; i < row.Length; i++)
            {
                byte left = i >= step ? row[i - step] : (byte)0, up = above[i], upLeft = i >= step ? above[i - step] : (byte)0;
                row[i] += filter switch
                {
                    0 => 0,
                    1 => left,
                    2 => up,
                    3 => (byte)((left + up) / 2),
                    4 => PngFormat.Paeth(left, up, upLeft),
                    _ => throw new MediaException(MediaError.Damaged, $"Row {y} of the PNG names the unknown filter {filter}."),
                };
            }
        }
    }
}
