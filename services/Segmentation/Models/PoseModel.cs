using VideoGrain.Media;
using VideoGrain.Segmentation.Control;

namespace VideoGrain.Segmentation.Models;

/// <summary>
/// Poses in two steps (DWPose): a YOLOX detector finds people, a SimCC network the keypoints of each: <c>simcc_x</c>
/// [1, keypoints, width * ratio] and <c>simcc_y</c> [1, keypoints, height * ratio], a likelihood per place along each axis.
/// 133 keypoints are COCO-WholeBody's, 17 COCO's body alone.
/// </summary>
internal sealed class PoseModel(OnnxModel model)
{
    /// <summary>Name of the decoder in profiles.</summary>
    public const string Decoder = "pose";

    private const string Detector = "detector";
    private const string Keypoints = "keypoints";
    private const string SimccX = "simcc_x";
    private const string SimccY = "simcc_y";

    // How much larger than the box of a person the picture of it is.
    private const double Margin = 1.25;

    public static DecoderSpec Spec { get; } = new(
        Decoder,
        ModelTask.Control,
        new Dictionary<string, NetworkRoles>
        {
            [Detector] = new([PersonDetector.Predictions]),
            [Keypoints] = new([SimccX, SimccY]),
        },
        (model, cancellation) =>
        {
            var (pose, frame) = (new PoseModel(model), Decoders.WarmUpFrame);
            pose.Draw(frame, cancellation);
            pose.Locate(frame, new FrameBox(0, 0, frame.Width, frame.Height), cancellation);
        });

    /// <summary>Draws the people of a frame, in the frame's size.</summary>
    public Frame Draw(Frame frame, CancellationToken cancellationToken)
        => PoseDrawing.Draw(frame.Width, frame.Height, Find(frame, cancellationToken));

    /// <summary>Finds the keypoints of every person, best person first.</summary>
    public IReadOnlyList<IReadOnlyList<PoseKeypoint>> Find(Frame frame, CancellationToken cancellationToken)
    {
        var input = ModelInput.Of(frame, model[Detector].Input);
        var people = model[Detector].Run(
            input, [PersonDetector.Predictions], o => PersonDetector.Read(o, input, model.Profile.ScoreThreshold, frame.Width, frame.Height), cancellationToken);
        return [.. people.Select(box => Locate(frame, box, cancellationToken))];
    }

    private IReadOnlyList<PoseKeypoint> Locate(Frame frame, FrameBox person, CancellationToken cancellationToken)
    {
        var profile = model[Keypoints].Input;
        var view = View(person, (double)profile.Width / profile.Height);
        var input = ModelInput.Of(Cut(frame, view, profile.Width, profile.Height), profile);
        return model[Keypoints].Run(input, [SimccX, SimccY], outputs => Read(outputs, view), cancellationToken);
    }

    // The box with a margin, brought to the network's aspect ratio.
    private static FrameBox View(FrameBox box, double aspect)
    {
        var (x, y) = ((box.Left + box.Right) / 2, (box.Top + box.Bottom) / 2);
        var (w, h) = ((box.Right - box.Left) * Margin, (box.Bottom - box.Top) * Margin);
        (w, h) = (Math.Max(w, h * aspect), Math.Max(h, w / aspect));
        return new FrameBox(x - (w / 2), y - (h / 2), x + (w / 2), y + (h / 2));
    }

    // Bilinear; what lies outside the frame is black.
    private static Frame Cut(Frame frame, FrameBox view, int width, int height)
    {
        var rgb = new byte[width * height * Frame.Channels];
        var (sx, sy) = ((view.Right - view.Left) / width, (view.Bottom - view.Top) / height);
        for (var y = 0; y < height; y++)
        {
            for (var x = 0; x < width; x++)
            {
                double fx = view.Left + (x * sx), fy = view.Top + (y * sy);
                int left = (int)Math.Floor(fx), top = (int)Math.Floor(fy);
                for (var c = 0; c < Frame.Channels; c++)
                {
                    double At(int column, int row) => (uint)column < (uint)frame.Width && (uint)row < (uint)frame.Height
                        ? frame.Rgb[(((row * frame.Width) + column) * Frame.Channels) + c]
                        : 0;
                    var upper = At(left, top) + ((fx - left) * (At(left + 1, top) - At(left, top)));
                    var lower = At(left, top + 1) + ((fx - left) * (At(left + 1, top + 1) - At(left, top + 1)));
                    rgb[(((y * width) + x) * Frame.Channels) + c] = (byte)Math.Round(upper + ((fy - top) * (lower - upper)));
                }
            }
        }

        return new Frame(width, height, rgb);
    }

    private static PoseKeypoint[] Read(ModelOutputs outputs, FrameBox view)
    {
        var shape = outputs.Require(SimccX, 1, -1, -1);
        var count = (int)shape[1];
        if (count != PoseDrawing.BodyPoints && count != PoseDrawing.WholeBodyPoints)
            outputs.Require(SimccX, 1, PoseDrawing.WholeBodyPoints, shape[2]);
        var (columns, rows) = ((int)shape[2], (int)outputs.Require(SimccY, 1, count, -1)[2]);
        var xs = outputs.Floats(SimccX);
        var ys = outputs.Floats(SimccY);
        var points = new PoseKeypoint[count];
        for (var k = 0; k < count; k++)
        {
            var (x, atX) = Highest(xs.Slice(k * columns, columns));
            var (y, atY) = Highest(ys.Slice(k * rows, rows));
            points[k] = new PoseKeypoint(
                view.Left + ((view.Right - view.Left) * x / columns), view.Top + ((view.Bottom - view.Top) * y / rows), Math.Min(atX, atY));
        }

        return points;
    }

    private static (int Index, float Value) Highest(ReadOnlySpan<float> values)
    {
        var best = 0;
        for (var i = 1; i < values.Length; i++)
        {
            if (values[i] > values[best])
                best = i;
        }

        return (best, values[best]);
    }
}
