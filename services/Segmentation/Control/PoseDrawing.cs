using VideoGrain.Media;

namespace VideoGrain.Segmentation.Control;

/// <summary>
/// Draws people as ControlNets for poses expect them: OpenPose's eighteen body points with one colour per limb and point, the fingers
/// as coloured bones with blue joints, the face as white dots, on black.
/// </summary>
internal static class PoseDrawing
{
    /// <summary>Points of COCO's body.</summary>
    public const int BodyPoints = 17;

    /// <summary>Points of COCO-WholeBody: body, feet, face, left hand, right hand.</summary>
    public const int WholeBodyPoints = 133;

    private const double LeastScore = 0.3;
    private const int FirstFacePoint = 23;
    private const int FirstHandPoint = 91;
    private const int HandPoints = 21;
    private const int Fingers = 5;
    private const int BonesPerFinger = 4;

    // Sizes for frames whose short side is this long; other frames scale them.
    private const double UsualSide = 512;
    private const double LimbRadius = 4;
    private const double PointRadius = 4;
    private const double FaceRadius = 3;
    private const double BoneRadius = 1;
    private const double LimbBrightness = 0.6;

    private static readonly Colour Joint = new(0, 0, 255);

    // For each of OpenPose's points, nose to left ear, the index of COCO's; the neck is between the shoulders.
    private const int Neck = -1;
    private const int LeftShoulder = 5;
    private const int RightShoulder = 6;
    private static readonly int[] OpenPose = [0, Neck, 6, 8, 10, 5, 7, 9, 12, 14, 16, 11, 13, 15, 2, 1, 4, 3];

    private static readonly (int From, int To)[] Limbs =
    [
        (1, 2), (1, 5), (2, 3), (3, 4), (5, 6), (6, 7), (1, 8), (8, 9), (9, 10), (1, 11), (11, 12), (12, 13), (1, 0), (0, 14), (14, 16), (0, 15), (15, 17),
    ];

    // Eighteen hues in steps of 20 degrees.
    private static readonly Colour[] Colours =
    [
        new(255, 0, 0), new(255, 85, 0), new(255, 170, 0), new(255, 255, 0), new(170, 255, 0), new(85, 255, 0), new(0, 255, 0), new(0, 255, 85), new(0, 255, 170),
        new(0, 255, 255), new(0, 170, 255), new(0, 85, 255), new(0, 0, 255), new(85, 0, 255), new(170, 0, 255), new(255, 0, 255), new(255, 0, 170), new(255, 0, 85),
    ];

    /// <summary>Draws people.</summary>
    /// <param name="width">Columns of the picture.</param>
    /// <param name="height">Rows of the picture.</param>
    /// <param name="people">Each with 17 points (COCO) or 133 (COCO-WholeBody), in pixels of the picture.</param>
    public static Frame Draw(int width, int height, IReadOnlyList<IReadOnlyList<PoseKeypoint>> people)
    {
        var canvas = new Frame(width, height, Colour.Black);
        var scale = Math.Min(width, height) / UsualSide;
        List<PoseKeypoint?[]> bodies = [.. people.Select(Body)];
        foreach (var body in bodies)
        {
            for (var limb = 0; limb < Limbs.Length; limb++)
                Limb(canvas, body[Limbs[limb].From], body[Limbs[limb].To], Thickness(LimbRadius, scale), Dim(Colours[limb]));
        }

        foreach (var body in bodies)
        {
            for (var point = 0; point < body.Length; point++)
                Disc(canvas, body[point], Thickness(PointRadius, scale), Colours[point]);
        }

        foreach (var person in people.Where(p => p.Count == WholeBodyPoints))
        {
            Hand(canvas, [.. person.Skip(FirstHandPoint).Take(HandPoints).Select(Visible)], scale);
            Hand(canvas, [.. person.Skip(FirstHandPoint + HandPoints).Take(HandPoints).Select(Visible)], scale);
            for (var point = FirstFacePoint; point < FirstHandPoint; point++)
                Disc(canvas, Visible(person[point]), Thickness(FaceRadius, scale), Colour.White);
        }

        return canvas;
    }

    private static PoseKeypoint?[] Body(IReadOnlyList<PoseKeypoint> person)
        => Array.ConvertAll(OpenPose, index => index == Neck ? Between(person[LeftShoulder], person[RightShoulder]) : Visible(person[index]));

    private static PoseKeypoint? Between(PoseKeypoint a, PoseKeypoint b)
        => Visible(a) == null || Visible(b) == null ? null : new PoseKeypoint((a.X + b.X) / 2, (a.Y + b.Y) / 2, Math.Min(a.Score, b.Score));

    private static PoseKeypoint? Visible(PoseKeypoint point) => point.Score >= LeastScore ? point : null;

    private static Colour Dim(Colour colour)
        => new((byte)(colour.Red * LimbBrightness), (byte)(colour.Green * LimbBrightness), (byte)(colour.Blue * LimbBrightness));

    private static double Thickness(double usual, double scale) => Math.Max(1, usual * scale);

    private static void Hand(Frame canvas, PoseKeypoint?[] points, double scale)
    {
        for (var finger = 0; finger < Fingers; finger++)
        {
            for (var bone = 0; bone < BonesPerFinger; bone++)
            {
                var index = (finger * BonesPerFinger) + bone;
                Segment(canvas, points[bone == 0 ? 0 : index], points[index + 1], Thickness(BoneRadius, scale), Hue((double)index / (Fingers * BonesPerFinger)));
            }
        }

        foreach (var point in points)
            Disc(canvas, point, Thickness(PointRadius, scale), Joint);
    }

    private static Colour Hue(double turn)
    {
        byte Channel(double shift)
        {
            var place = (((turn + shift) * 6) % 6 + 6) % 6;
            return (byte)Math.Round(byte.MaxValue * Math.Clamp(Math.Abs(place - 3) - 1, 0, 1));
        }

        return new Colour(Channel(0), Channel(-1 / 3.0), Channel(-2 / 3.0));
    }

    // An ellipse whose long axis is the limb.
    private static void Limb(Frame canvas, PoseKeypoint? from, PoseKeypoint? to, double radius, Colour colour)
    {
        if (from is not { } a || to is not { } b)
            return;
        double x = (a.X + b.X) / 2, y = (a.Y + b.Y) / 2, half = double.Hypot(b.X - a.X, b.Y - a.Y) / 2;
        var (along, across) = (Math.Max(half, 1), radius);
        var (cos, sin) = half > 0 ? ((b.X - a.X) / (2 * half), (b.Y - a.Y) / (2 * half)) : (1, 0);
        var reach = Math.Max(along, across);
        Fill(canvas, x - reach, y - reach, x + reach, y + reach, colour, (px, py) =>
        {
            double u = ((px - x) * cos) + ((py - y) * sin), v = ((py - y) * cos) - ((px - x) * sin);
            return (u * u / (along * along)) + (v * v / (across * across)) <= 1;
        });
    }

    private static void Segment(Frame canvas, PoseKeypoint? from, PoseKeypoint? to, double radius, Colour colour)
    {
        if (from is not { } a || to is not { } b)
            return;
        double dx = b.X - a.X, dy = b.Y - a.Y, squared = Math.Max((dx * dx) + (dy * dy), double.Epsilon);
        Fill(canvas, Math.Min(a.X, b.X) - radius, Math.Min(a.Y, b.Y) - radius, Math.Max(a.X, b.X) + radius, Math.Max(a.Y, b.Y) + radius, colour, (px, py) =>
        {
            var t = Math.Clamp((((px - a.X) * dx) + ((py - a.Y) * dy)) / squared, 0, 1);
            return double.Hypot(px - a.X - (t * dx), py - a.Y - (t * dy)) <= radius;
        });
    }

    private static void Disc(Frame canvas, PoseKeypoint? centre, double radius, Colour colour)
    {
        if (centre is not { } c)
            return;
        Fill(canvas, c.X - radius, c.Y - radius, c.X + radius, c.Y + radius, colour, (px, py) => double.Hypot(px - c.X, py - c.Y) <= radius);
    }

    private static void Fill(Frame canvas, double left, double top, double right, double bottom, Colour colour, Func<double, double, bool> isInside)
    {
        int Clamp(double value, int most) => (int)Math.Clamp(value, 0, most);
        for (var y = Clamp(Math.Floor(top), canvas.Height); y < Clamp(Math.Ceiling(bottom) + 1, canvas.Height); y++)
        {
            for (var x = Clamp(Math.Floor(left), canvas.Width); x < Clamp(Math.Ceiling(right) + 1, canvas.Width); x++)
            {
                if (isInside(x, y))
                    canvas[x, y] = colour;
            }
        }
    }
}
