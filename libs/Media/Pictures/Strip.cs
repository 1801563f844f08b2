using VideoGrain.Media.Resizing;

namespace VideoGrain.Media.Pictures;

/// <summary>Side-by-side pictures: what one looks at to see whether an edit worked.</summary>
public static class Strip
{
    private const int Gap = 4;

    /// <summary>Puts frames into a grid: one row per moment, one column per kind of picture.</summary>
    /// <param name="rows">One row or more; every row has the same number of frames. All frames are brought to the size of the first.</param>
    /// <param name="scale">Each pixel becomes a square of this side; 1 to 8.</param>
    /// <returns>The grid, white between its cells.</returns>
    /// <exception cref="MediaException">No frames, or rows of different lengths.</exception>
    public static Frame Grid(IReadOnlyList<IReadOnlyList<Frame>> rows, int scale = 1)
    {
        ArgumentNullException.ThrowIfNull(rows);
        ArgumentOutOfRangeException.ThrowIfNotEqual(scale, Math.Clamp(scale, 1, 8));
        if (rows.Count == 0 || rows[0].Count == 0)
            throw new MediaException(MediaError.NoFrames, "A strip needs at least one frame.");
        int columns = rows[0].Count;
        if (rows.Any(r => r.Count != columns))
            throw new MediaException(MediaError.CountMismatch, "The rows of a strip have different lengths.");
        int width = rows[0][0].Width * scale, height = rows[0][0].Height * scale;
        Frame grid = new(columns * (width + Gap) - Gap, rows.Count * (height + Gap) - Gap, Colour.White);
        for (int r = 0; r < rows.Count; r++)
        {
            for (int c = 0; c < columns; c++)
                Paste(grid, rows[r][c].Resize(width, height, ResizeFilter.Nearest), c * (width + Gap), r * (height + Gap));
        }

        return grid;
    }

    private static void Paste(Frame onto, Frame picture, int left, int top)
    {
        int bytes = picture.Width * Frame.Channels;
        for (int y = 0; y < picture.Height; y++)
            picture.Rgb.AsSpan(y * bytes, bytes).CopyTo(onto.Rgb.AsSpan(((top + y) * onto.Width + left) * Frame.Channels));
    }
}
