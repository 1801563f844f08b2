namespace VideoGrain.Editing.Pictures;

/// <summary>Attention of a word laid over a frame as a heat map.</summary>
public static class HeatMap
{
    /// <summary>Side of the released program's pictures, in pixels.</summary>
    public const int PublishedSide = 256;

    /// <summary>
    /// The map in colours added to the frame, both brought to [0, 1] by their extremes, the sum to its maximum.
    /// </summary>
    /// <param name="map">[mapHeight, mapWidth]: attention of a word.</param>
    /// <param name="mapHeight">Rows of the map.</param>
    /// <param name="mapWidth">Columns of the map.</param>
    /// <param name="clip">The clip.</param>
    /// <param name="frame">Which frame.</param>
    /// <param name="height">Rows of the picture.</param>
    /// <param name="width">Columns of the picture.</param>
    /// <param name="swapFrame">Exchange red and blue of the frame, as the released program does.</param>
    /// <returns>[height, width, 3], RGB.</returns>
    public static byte[] Overlay(
        ReadOnlySpan<float> map, int mapHeight, int mapWidth, RgbClip clip, int frame, int height, int width, bool swapFrame = false)
    {
        var heat = Resampling.Bilinear(map, mapHeight, mapWidth, 1, height, width);
        Normalize(heat);
        var pixels = clip.Slice(frame, 1).Span;
        var picture = new float[pixels.Length];
        for (var i = 0; i < picture.Length; i++) picture[i] = pixels[i];
        picture = Resampling.Bicubic(picture, clip.Height, clip.Width, 3, height, width);
        // Cubic convolution overshoots; pictures are 8-bit before they are normalised.
        for (var i = 0; i < picture.Length; i++) picture[i] = Math.Clamp(picture[i], 0, byte.MaxValue);
        Normalize(picture);
        var sum = new float[picture.Length];
        for (var i = 0; i < heat.Length; i++)
        {
            var (red, green, blue) = JetColours.At((byte)(heat[i] * byte.MaxValue));
            sum[3 * i] = red + picture[3 * i + (swapFrame ? 2 : 0)];
            sum[3 * i + 1] = green + picture[3 * i + 1];
            sum[3 * i + 2] = blue + picture[3 * i + (swapFrame ? 0 : 2)];
        }

        var most = sum.Max();
        return Array.ConvertAll(sum, value => (byte)(most > 0 ? value / most * byte.MaxValue : 0));
    }

    /// <summary>Attention already enlarged to the frame, in colours over it, half and half.</summary>
    /// <param name="map">[height, width]: attention.</param>
    /// <param name="least">Value shown as the coldest colour.</param>
    /// <param name="most">Value shown as the hottest colour.</param>
    /// <param name="frame">[height, width, 3], RGB.</param>
    /// <returns>[height, width, 3], RGB.</returns>
    public static byte[] Blend(ReadOnlySpan<float> map, float least, float most, ReadOnlySpan<byte> frame)
    {
        var result = new byte[frame.Length];
        for (var i = 0; i < map.Length; i++)
        {
            var heat = most > least ? Math.Clamp((map[i] - least) / (most - least), 0, 1) : 0;
            var (red, green, blue) = JetColours.At((byte)(heat * byte.MaxValue));
            result[3 * i] = Mix(red, frame[3 * i]);
            result[3 * i + 1] = Mix(green, frame[3 * i + 1]);
            result[3 * i + 2] = Mix(blue, frame[3 * i + 2]);
        }

        return result;

        static byte Mix(float heat, byte pixel) => (byte)(((heat * byte.MaxValue) + pixel) / 2);
    }

    /// <summary>Attention of a frame enlarged to pixels; what reaches over the frame is cut.</summary>
    /// <param name="map">[rows, columns]: attention.</param>
    /// <param name="grid">Size of the map.</param>
    /// <param name="cell">Pixels of a token in each direction.</param>
    /// <param name="height">Rows of the frame.</param>
    /// <param name="width">Columns of the frame.</param>
    public static float[] Enlarge(ReadOnlySpan<float> map, Attention.AttentionGrid grid, int cell, int height, int width)
    {
        var large = Resampling.Bilinear(map, grid.Rows, grid.Columns, 1, grid.Rows * cell, grid.Columns * cell);
        return Padding.Fit<float>(large, 1, grid.Rows * cell, grid.Columns * cell, 1, height, width);
    }

    /// <summary>A word's heat map over every frame, at the clip's own size.</summary>
    /// <param name="attention">What the inversion recorded.</param>
    /// <param name="tokens">The word's tokens in the source prompt; their scores are averaged.</param>
    /// <param name="clip">The clip.</param>
    /// <exception cref="EditException">There is no token, one lies outside the prompt, or the clip has other frames.</exception>
    public static RgbClip Over(AttentionRecord attention, IReadOnlyList<int> tokens, RgbClip clip)
    {
        if (tokens.Count == 0 || tokens.Any(token => token < 0 || token >= attention.TextTokens))
            throw new EditException(EditReasons.NounNotFound, "tokens", $"must be tokens 0 to {attention.TextTokens - 1}");
        if (clip.Frames != attention.Frames)
            throw new EditException(EditReasons.FrameLimitExceeded, "clip", $"has {clip.Frames} frames, the attention {attention.Frames}");
        var pixels = new byte[clip.Pixels.Length];
        var frameBytes = pixels.Length / clip.Frames;
        for (var frame = 0; frame < clip.Frames; frame++)
        {
            var scores = attention.CrossOf(frame);
            var map = new float[attention.TokensPerFrame];
            for (var i = 0; i < map.Length; i++)
            {
                foreach (var token in tokens) map[i] += scores[i * attention.TextTokens + token];
            }

            Overlay(map, attention.Height, attention.Width, clip, frame, clip.Height, clip.Width).CopyTo(pixels, frame * frameBytes);
        }

        return new RgbClip(clip.Frames, clip.Height, clip.Width, pixels);
    }

    private static void Normalize(float[] values)
    {
        var (least, most) = (values.Min(), values.Max());
        var range = most - least;
        for (var i = 0; i < values.Length; i++) values[i] = range > 0 ? (values[i] - least) / range : 0;
    }
}
