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

    /// <summary>Draws edges white on black.</summary>
    /// <param name="frame">The frame.</param>
    /// <param name="low">Gradient above which a pixel may belong to an edge, 0 or more.</param>
    /// <param name="high">Gradient above which a pixel starts an edge, at least <paramref name="low"/>.</param>
    public static Frame Draw(Frame frame, double low, double high)
    {
        var (width, height) = (frame.Width, frame.Height);
        var (dx, dy) = Gradients(frame);
        var marks = Thin(dx, dy, width, height, (int)Math.Floor(low), (int)Math.Floor(high));
        Connect(marks, width, height);
        var rgb = new byte[width * height * Frame.Channels];
        for (var i = 0; i < rgb.Length; i++)
            rgb[i] = marks[i / Frame.Channels] == Edge ? Edge : (byte)0;
        return new Frame(width, height, rgb);
    }

    private static (int[] Dx, int[] Dy) Gradients(Frame frame)
    {
        var (width, height) = (frame.Width, frame.Height);
        var (dx, dy) = (new int[width * height], new int[width * height]);
        for (var y = 0; y < height; y++)
        {
            var (up, down) = (Math.Max(0, y - 1) * width, Math.Min(height - 1, y + 1) * width);
            for (var x = 0; x < width; x++)
            {
                var (left, right, row) = (Math.Max(0, x - 1), Math.Min(width - 1, x + 1), y * width);
                var strongest = -1;
                for (var c = 0; c < Frame.Channels; c++)
                {
                    int At(int rowStart, int column) => frame.Rgb[((rowStart + column) * Frame.Channels) + c];
                    var gx = At(up, right) + (2 * At(row, right)) + At(down, right) - At(up, left) - (2 * At(row, left)) - At(down, left);
                    var gy = At(down, left) + (2 * At(down, x)) + At(down, right) - At(up, left) - (2 * At(up, x)) - At(up, right);
                    if (Math.Abs(gx) + Math.Abs(gy) <= strongest)
                        continue;
                    strongest = Math.Abs(gx) + Math.Abs(gy);
                    (dx[row + x], dy[row + x]) = (gx, gy);
                }
            }
        }

        return (dx, dy);
    }

    // Only the ridge of a gradient is an edge: a pixel must outdo its neighbours along the gradient.
    private static byte[] Thin(int[] dx, int[] dy, int width, int height, int low, int high)
    {
        var marks = new byte[dx.Length];
        int Magnitude(int x, int y) =>
            (uint)x < (uint)width && (uint)y < (uint)height ? Math.Abs(dx[(y * width) + x]) + Math.Abs(dy[(y * width) + x]) : 0;
        for (var y = 0; y < height; y++)
        {
            for (var x = 0; x < width; x++)
            {
                var magnitude = Magnitude(x, y);
                if (magnitude <= low)
                    continue;
                var i = (y * width) + x;
                var (absX, absY) = (Math.Abs(dx[i]), Math.Abs(dy[i]) << FractionBits);
                var flat = absX * Tangent;
                bool ridge;
                if (absY < flat)
                {
                    ridge = magnitude > Magnitude(x - 1, y) && magnitude >= Magnitude(x + 1, y);
                }
                else if (absY > flat + (absX << (FractionBits + 1)))
                {
                    ridge = magnitude > Magnitude(x, y - 1) && magnitude >= Magnitude(x, y + 1);
                }
                else
                {
                    var side = (dx[i] ^ dy[i]) < 0 ? -1 : 1;
                    ridge = magnitude > Magnitude(x - side, y - 1) && magnitude > Magnitude(x + side, y + 1);
                }

                if (ridge)
                    marks[i] = magnitude > high ? Edge : Weak;
            }
        }

        return marks;
    }

    private static void Connect(byte[] marks, int width, int height)
    {
        var open = new Stack<int>(Enumerable.Range(0, marks.Length).Where(i => marks[i] == Edge));
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
