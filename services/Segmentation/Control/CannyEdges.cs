using System.Numerics;
using VideoGrain.Media;

namespace VideoGrain.Segmentation.Control;

/// <summary>
/// Canny edges as ControlNets were trained on them: Sobel gradients of the strongest colour channel, thinned along their direction,
/// kept where strong and where weak but connected to strong. Agrees with OpenCV's Canny (aperture 3, L1 norm) pixel by pixel.
/// </summary>
internal static class CannyEdges
{
    private const byte Edge = 255;
    private const byte Weak = 1;

    // tan(22.5 degrees) as a 15-bit fraction: the border between the directions along which edges are thinned.
    private const int FractionBits = 15;
    private const int Tangent = 13573;

    // Planes and magnitudes have a border of one pixel on every side, so that the inner loops need no care at the edges.
    private const int Border = 1;

    /// <summary>Draws edges white on black.</summary>
    /// <param name="frame">The frame.</param>
    /// <param name="low">Gradient above which a pixel may belong to an edge, 0 or more.</param>
    /// <param name="high">Gradient above which a pixel starts an edge, at least <paramref name="low"/>.</param>
    public static Frame Draw(Frame frame, double low, double high)
    {
        var (width, height) = (frame.Width, frame.Height);
        var marks = Thin(Gradients(frame), width, height, (int)Math.Floor(low), (int)Math.Floor(high));
        Connect(marks, width, height);
        var rgb = new byte[width * height * Frame.Channels];
        for (var i = 0; i < marks.Length; i++)
        {
            if (marks[i] == Edge)
                rgb.AsSpan(i * Frame.Channels, Frame.Channels).Fill(Edge);
        }

        return new Frame(width, height, rgb);
    }

    // The gradient of the channel in which it is strongest, and its L1 norm; all with a border, in which they are zero.
    private static (short[] Dx, short[] Dy, short[] Magnitude) Gradients(Frame frame)
    {
        var (width, stride) = (frame.Width, frame.Width + (2 * Border));
        var size = stride * (frame.Height + (2 * Border));
        var (dx, dy, magnitude) = (new short[size], new short[size], new short[size]);
        for (var channel = 0; channel < Frame.Channels; channel++)
        {
            var plane = Plane(frame, channel);
            for (var y = Border; y <= frame.Height; y++)
            {
                var (i, end) = ((y * stride) + Border, (y * stride) + Border + width);
                for (; i <= end - Vector<short>.Count; i += Vector<short>.Count)
                {
                    Vector<short> At(int offset) => new(plane, i + offset);
                    var (up, down) = (-stride, stride);
                    var gx = At(up + 1) - At(up - 1) + ((At(1) - At(-1)) * 2) + At(down + 1) - At(down - 1);
                    var gy = At(down - 1) - At(up - 1) + ((At(down) - At(up)) * 2) + At(down + 1) - At(up + 1);
                    var norm = Vector.Abs(gx) + Vector.Abs(gy);
                    var isStronger = Vector.GreaterThan(norm, new Vector<short>(magnitude, i));
                    Vector.ConditionalSelect(isStronger, gx, new Vector<short>(dx, i)).CopyTo(dx, i);
                    Vector.ConditionalSelect(isStronger, gy, new Vector<short>(dy, i)).CopyTo(dy, i);
                    Vector.Max(norm, new Vector<short>(magnitude, i)).CopyTo(magnitude, i);
                }

                for (; i < end; i++)
                {
                    var (up, down) = (i - stride, i + stride);
                    var gx = plane[up + 1] - plane[up - 1] + (2 * (plane[i + 1] - plane[i - 1])) + plane[down + 1] - plane[down - 1];
                    var gy = plane[down - 1] - plane[up - 1] + (2 * (plane[down] - plane[up])) + plane[down + 1] - plane[up + 1];
                    var norm = Math.Abs(gx) + Math.Abs(gy);
                    if (norm > magnitude[i])
                        (dx[i], dy[i], magnitude[i]) = ((short)gx, (short)gy, (short)norm);
                }
            }
        }

        return (dx, dy, magnitude);
    }

    // A channel with its edge repeated in the border.
    private static short[] Plane(Frame frame, int channel)
    {
        var stride = frame.Width + (2 * Border);
        var plane = new short[stride * (frame.Height + (2 * Border))];
        for (var y = 0; y < frame.Height; y++)
        {
            var from = frame.Rgb.AsSpan(y * frame.Width * Frame.Channels, frame.Width * Frame.Channels);
            var to = plane.AsSpan((y + Border) * stride, stride);
            for (var x = 0; x < frame.Width; x++)
                to[x + Border] = from[(x * Frame.Channels) + channel];
            (to[0], to[^1]) = (to[Border], to[^(1 + Border)]);
        }

        plane.AsSpan(Border * stride, stride).CopyTo(plane);
        plane.AsSpan(frame.Height * stride, stride).CopyTo(plane.AsSpan((frame.Height + Border) * stride));
        return plane;
    }

    // Only the ridge of a gradient is an edge: a pixel must outdo its neighbours along the gradient.
    private static byte[] Thin((short[] Dx, short[] Dy, short[] Magnitude) gradients, int width, int height, int low, int high)
    {
        var (dx, dy, magnitude) = gradients;
        var (marks, stride) = (new byte[width * height], width + (2 * Border));
        for (var y = 0; y < height; y++)
        {
            for (var x = 0; x < width; x++)
            {
                var i = ((y + Border) * stride) + x + Border;
                if (magnitude[i] <= low)
                    continue;
                var (absX, absY) = (Math.Abs((int)dx[i]), Math.Abs((int)dy[i]) << FractionBits);
                var flat = absX * Tangent;
                bool ridge;
                if (absY < flat)
                {
                    ridge = magnitude[i] > magnitude[i - 1] && magnitude[i] >= magnitude[i + 1];
                }
                else if (absY > flat + (absX << (FractionBits + 1)))
                {
                    ridge = magnitude[i] > magnitude[i - stride] && magnitude[i] >= magnitude[i + stride];
                }
                else
                {
                    var side = (dx[i] ^ dy[i]) < 0 ? -1 : 1;
                    ridge = magnitude[i] > magnitude[i - stride - side] && magnitude[i] > magnitude[i + stride + side];
                }

                if (ridge)
                    marks[(y * width) + x] = magnitude[i] > high ? Edge : Weak;
            }
        }

        return marks;
    }

    private static void Connect(byte[] marks, int width, int height)
    {
        var open = new Stack<int>();
        for (var i = 0; i < marks.Length; i++)
        {
            if (marks[i] == Edge)
                open.Push(i);
        }

        while (open.TryPop(out var pixel))
        {
            var (x, y) = (pixel % width, pixel / width);
            for (var ny = Math.Max(0, y - 1); ny <= Math.Min(height - 1, y + 1); ny++)
            {
                for (var nx = Math.Max(0, x - 1); nx <= Math.Min(width - 1, x + 1); nx++)
                {
                    var neighbour = (ny * width) + nx;
                    if (marks[neighbour] != Weak)
                        continue;
                    marks[neighbour] = Edge;
                    open.Push(neighbour);
                }
            }
        }
    }
}
