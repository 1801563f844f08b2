namespace VideoGrain.Segmentation.Models;

/// <summary>
/// People's boxes from a YOLOX detector: <c>predictions</c> [1, anchors, 5 + classes], per anchor of the grids with strides 8, 16 and 32
/// the offset of the centre and the logarithms of the size in strides, how likely an object is there, and how likely each class;
/// class 0 is a person.
/// </summary>
internal static class PersonDetector
{
    public const string Predictions = "predictions";

    private const int BoxNumbers = 4;
    private const int Person = BoxNumbers + 1;
    private const double MostOverlap = 0.45;
    private const int MostPeople = 20;

    // What exp() may be asked for: a box of a million strides is no box.
    private const float LargestLogarithm = 14;

    private static readonly int[] Strides = [8, 16, 32];

    /// <summary>Reads the boxes of people in pixels of the frame, best first.</summary>
    public static IReadOnlyList<FrameBox> Read(ModelOutputs outputs, ModelInput input, double threshold, int width, int height)
    {
        var cells = Strides.Sum(s => (input.Profile.Height / s) * (input.Profile.Width / s));
        var numbers = (int)outputs.Require(Predictions, 1, cells, -1)[2];
        if (numbers <= Person)
            outputs.Require(Predictions, 1, cells, Person + 1);
        var predictions = outputs.Floats(Predictions);
        var found = new List<(double Score, FrameBox Box)>();
        var anchor = 0;
        foreach (var stride in Strides)
        {
            for (var row = 0; row < input.Profile.Height / stride; row++)
            {
                for (var column = 0; column < input.Profile.Width / stride; column++, anchor++)
                {
                    var p = predictions.Slice(anchor * numbers, numbers);
                    double score = p[BoxNumbers] * p[Person];
                    if (!(score >= threshold) || !IsBestClass(p))
                        continue;
                    double x = (p[0] + column) * stride, y = (p[1] + row) * stride;
                    double w = Math.Exp(Math.Min(p[2], LargestLogarithm)) * stride, h = Math.Exp(Math.Min(p[3], LargestLogarithm)) * stride;
                    found.Add((score, ModelSpace.ToFrame(x - (w / 2), y - (h / 2), x + (w / 2), y + (h / 2), input, width, height)));
                }
            }
        }

        var kept = new List<FrameBox>();
        foreach (var (_, box) in found.OrderByDescending(f => f.Score))
        {
            if (kept.Count == MostPeople)
                break;
            if (box.Area > 0 && !kept.Exists(k => k.Overlap(box) > MostOverlap))
                kept.Add(box);
        }

        return kept;
    }

    private static bool IsBestClass(ReadOnlySpan<float> prediction)
    {
        foreach (var score in prediction[(Person + 1)..])
        {
            if (score > prediction[Person])
                return false;
        }

        return true;
    }
}
