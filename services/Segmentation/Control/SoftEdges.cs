using System.Numerics;
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

    // The strength above which pixels clip is told to this part of the greatest.
    private const int Steps = 4096;

    /// <summary>Draws edges bright on black.</summary>
    public static Frame Draw(Frame frame)
    {
        var (width, height) = (frame.Width, frame.Height);
        var planes = Split(frame);
        var (strength, lines) = (new float[width * height], new float[width * height]);
        for (var scale = 0; scale < Scales; scale++)
        {
            foreach (var plane in planes)
                Blur(plane, lines, width, height, radius: 1 << scale);
            AddGradients(planes, width, height, weight: (1 << scale) / (float)Scales, strength);
        }

        var brightest = Math.Max(LeastRange, Brightest(strength));
        var rgb = new byte[strength.Length * Frame.Channels];
        for (var i = 0; i < strength.Length; i++)
        {
            var value = (byte)MathF.Round(byte.MaxValue * Math.Min(1, strength[i] / brightest));
            (rgb[Frame.Channels * i], rgb[(Frame.Channels * i) + 1], rgb[(Frame.Channels * i) + 2]) = (value, value, value);
        }

        return new Frame(width, height, rgb);
    }

    private static float[][] Split(Frame frame)
    {
        var planes = new float[Frame.Channels][];
        for (var c = 0; c < planes.Length; c++)
        {
            var plane = planes[c] = new float[frame.Width * frame.Height];
            for (var i = 0; i < plane.Length; i++)
                plane[i] = frame.Rgb[(i * Frame.Channels) + c];
        }

        return planes;
    }

    // The strength that all but a few pixels stay below.
    private static float Brightest(float[] strength)
    {
        var most = strength.Max();
        if (most <= LeastRange)
            return most;
        var counts = new int[Steps + 1];
        foreach (var value in strength)
            counts[(int)(value * (Steps / most))]++;
        var step = Steps;
        for (var above = counts[step]; step > 0 && above <= strength.Length * ClippedFraction; above += counts[step])
            step--;
        return Math.Min(most, (step + 1) * most / Steps);
    }

    // Central differences; the edge is repeated.
    private static void AddGradients(float[][] planes, int width, int height, float weight, float[] strength)
    {
        for (var y = 0; y < height; y++)
        {
            var (up, row, down) = (Math.Max(0, y - 1) * width, y * width, Math.Min(height - 1, y + 1) * width);
            void Pixel(int x)
            {
                var (left, right, strongest) = (Math.Max(0, x - 1), Math.Min(width - 1, x + 1), 0f);
                foreach (var plane in planes)
                {
                    var (gx, gy) = (plane[row + right] - plane[row + left], plane[down + x] - plane[up + x]);
                    strongest = Math.Max(strongest, (gx * gx) + (gy * gy));
                }

                strength[row + x] += weight * MathF.Sqrt(strongest);
            }

            Pixel(0);
            var x = 1;
            for (; x < width - Vector<float>.Count; x += Vector<float>.Count)
            {
                var strongest = Vector<float>.Zero;
                foreach (var plane in planes)
                {
                    var gx = new Vector<float>(plane, row + x + 1) - new Vector<float>(plane, row + x - 1);
                    var gy = new Vector<float>(plane, down + x) - new Vector<float>(plane, up + x);
                    strongest = Vector.Max(strongest, (gx * gx) + (gy * gy));
                }

                (new Vector<float>(strength, row + x) + (weight * Vector.SquareRoot(strongest))).CopyTo(strength, row + x);
            }

            for (; x < width; x++)
                Pixel(x);
        }
    }

    // A box along each axis; the edge is repeated.
    private static void Blur(float[] plane, float[] lines, int width, int height, int radius)
    {
        var share = 1f / ((2 * radius) + 1);
        for (var y = 0; y < height; y++)
        {
            var row = y * width;
            var x = 0;
            for (; x < Math.Min(radius, width); x++)
                lines[row + x] = Sum(plane, row, width, x, radius) * share;
            for (; x <= width - radius - Vector<float>.Count; x += Vector<float>.Count)
            {
                var sum = Vector<float>.Zero;
                for (var i = row + x - radius; i <= row + x + radius; i++)
                    sum += new Vector<float>(plane, i);
                (sum * share).CopyTo(lines, row + x);
            }

            for (; x < width; x++)
                lines[row + x] = Sum(plane, row, width, x, radius) * share;
        }

        for (var y = 0; y < height; y++)
        {
            var row = plane.AsSpan(y * width, width);
            row.Clear();
            for (var of = y - radius; of <= y + radius; of++)
                Add(lines.AsSpan(Math.Clamp(of, 0, height - 1) * width, width), row);
            Scale(row, share);
        }
    }

    private static float Sum(float[] plane, int row, int width, int x, int radius)
    {
        var sum = 0f;
        for (var i = x - radius; i <= x + radius; i++)
            sum += plane[row + Math.Clamp(i, 0, width - 1)];
        return sum;
    }

    private static void Add(ReadOnlySpan<float> from, Span<float> to)
    {
        var i = 0;
        for (; i <= to.Length - Vector<float>.Count; i += Vector<float>.Count)
            (new Vector<float>(to[i..]) + new Vector<float>(from[i..])).CopyTo(to[i..]);
        for (; i < to.Length; i++)
            to[i] += from[i];
    }

    private static void Scale(Span<float> values, float factor)
    {
        var i = 0;
        for (; i <= values.Length - Vector<float>.Count; i += Vector<float>.Count)
            (new Vector<float>(values[i..]) * factor).CopyTo(values[i..]);
        for (; i < values.Length; i++)
            values[i] *= factor;
    }
}
