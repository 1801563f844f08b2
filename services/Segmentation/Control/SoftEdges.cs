using VideoGrain.Media;

namespace VideoGrain.Segmentation.Control;

/// <summary>
/// Soft edges without a model: gradients of the strongest colour channel at several blurs, averaged, brought to full range. Broad,
/// smooth lines like those of a holistically-nested edge detector, without its sense of what is an object.
/// </summary>
internal static class SoftEdges
{
    private const int Scales = 3;

    // The brightest few pixels may clip, so that one sharp spot does not darken all other edges.
    private const double ClippedFraction = 0.005;

    // A frame whose edges are weaker than this (in bytes per pixel) stays dark instead of having its noise amplified.
    private const float LeastRange = 8;

    /// <summary>Draws edges bright on black.</summary>
    public static Frame Draw(Frame frame)
    {
        var (width, height) = (frame.Width, frame.Height);
        var planes = Split(frame);
        var strength = new float[width * height];
        for (var scale = 0; scale < Scales; scale++)
        {
            for (var c = 0; c < Frame.Channels; c++)
                planes[c] = Blur(planes[c], width, height, radius: 1 << scale);
            AddGradients(planes, width, height, weight: (1 << scale) / (float)Scales, strength);
        }

        var ordered = (float[])strength.Clone();
        Array.Sort(ordered);
        var brightest = Math.Max(LeastRange, ordered[(int)((ordered.Length - 1) * (1 - ClippedFraction))]);
        var rgb = new byte[strength.Length * Frame.Channels];
        for (var i = 0; i < rgb.Length; i++)
            rgb[i] = (byte)MathF.Round(byte.MaxValue * Math.Min(1, strength[i / Frame.Channels] / brightest));
        return new Frame(width, height, rgb);
    }

    private static float[][] Split(Frame frame)
    {
        var planes = new float[Frame.Channels][];
        for (var c = 0; c < planes.Length; c++)
        {
            planes[c] = new float[frame.Width * frame.Height];
            for (var i = 0; i < planes[c].Length; i++)
                planes[c][i] = frame.Rgb[(i * Frame.Channels) + c];
        }

        return planes;
    }

    private static void AddGradients(float[][] planes, int width, int height, float weight, float[] strength)
    {
        for (var y = 0; y < height; y++)
        {
            var (up, down) = (Math.Max(0, y - 1) * width, Math.Min(height - 1, y + 1) * width);
            for (var x = 0; x < width; x++)
            {
                var (left, right, row) = (Math.Max(0, x - 1), Math.Min(width - 1, x + 1), y * width);
                var strongest = 0f;
                foreach (var plane in planes)
                    strongest = Math.Max(strongest, float.Hypot(plane[row + right] - plane[row + left], plane[down + x] - plane[up + x]));
                strength[row + x] += weight * strongest;
            }
        }
    }

    // A box along each axis, from running sums.
    private static float[] Blur(float[] plane, int width, int height, int radius)
        => Box(Box(plane, width, height, 1, width, radius), height, width, width, 1, radius);

    private static float[] Box(float[] source, int length, int lines, int step, int lineStep, int radius)
    {
        var result = new float[source.Length];
        var size = (2 * radius) + 1;
        for (var line = 0; line < lines; line++)
        {
            var start = line * lineStep;
            float At(int i) => source[start + (Math.Clamp(i, 0, length - 1) * step)];
            var sum = 0f;
            for (var i = -radius; i <= radius; i++)
                sum += At(i);
            for (var i = 0; i < length; i++)
            {
                result[start + (i * step)] = sum / size;
                sum += At(i + radius + 1) - At(i - radius);
            }
        }

        return result;
    }
}
