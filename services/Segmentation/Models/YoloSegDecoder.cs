using VideoGrain.Segmentation.Regions;

namespace VideoGrain.Segmentation.Models;

/// <summary>
/// Boxes and prototypes (YOLO-seg): <c>predictions</c> [1, 4 + classes + k, anchors], per anchor centre x, centre y, width and height in
/// pixels of the input, a probability per class and k coefficients; <c>prototypes</c> [1, k, h, w]. A mask is the coefficients times
/// the prototypes, above 0, within its box. Boxes of one class that cover each other keep the best.
/// </summary>
internal sealed class YoloSegDecoder : IRegionDecoder
{
    private const string Predictions = "predictions";
    private const string Prototypes = "prototypes";
    private const int BoxNumbers = 4;

    // Share of overlap above which two boxes of a class are one object, and how many objects a frame may hold.
    private const double MostOverlap = 0.6;
    private const int MostObjects = 100;

    public IReadOnlyList<string> Roles { get; } = [Predictions, Prototypes];

    public IReadOnlyList<Detection> Decode(ModelOutputs outputs, ModelInput input, ModelProfile profile, int width, int height)
    {
        var classes = profile.Classes.Count;
        var shape = outputs.Require(Prototypes, 1, -1, -1, -1);
        var (k, rows, columns) = ((int)shape[1], (int)shape[2], (int)shape[3]);
        var anchors = (int)outputs.Require(Predictions, 1, BoxNumbers + classes + k, -1)[2];
        var predictions = outputs.Floats(Predictions);
        var prototypes = outputs.Floats(Prototypes);

        var detections = new List<Detection>();
        foreach (var found in Keep(Candidates(predictions, anchors, classes, input, profile, width, height)))
        {
            var plane = new float[rows * columns];
            for (var c = 0; c < k; c++)
            {
                var weight = predictions[((BoxNumbers + classes + c) * anchors) + found.Anchor];
                var prototype = prototypes.Slice(c * plane.Length, plane.Length);
                for (var i = 0; i < plane.Length; i++)
                    plane[i] += weight * prototype[i];
            }

            var mask = ModelSpace.ToMask(plane, rows, columns, input, width, height, threshold: 0, found.Box);
            detections.Add(new Detection(profile.Classes[found.Class], found.Score, mask));
        }

        return detections;
    }

    private static List<Candidate> Candidates(
        ReadOnlySpan<float> predictions, int anchors, int classes, ModelInput input, ModelProfile profile, int width, int height)
    {
        var candidates = new List<Candidate>();
        for (var a = 0; a < anchors; a++)
        {
            var best = 0;
            for (var c = 1; c < classes; c++)
            {
                if (predictions[((BoxNumbers + c) * anchors) + a] > predictions[((BoxNumbers + best) * anchors) + a])
                    best = c;
            }

            var score = predictions[((BoxNumbers + best) * anchors) + a];
            if (!(score >= profile.ScoreThreshold))
                continue;
            double x = predictions[a], y = predictions[anchors + a], w = predictions[(2 * anchors) + a], h = predictions[(3 * anchors) + a];
            var box = ModelSpace.ToFrame(x - (w / 2), y - (h / 2), x + (w / 2), y + (h / 2), input, width, height);
            candidates.Add(new Candidate(a, best, score, box));
        }

        return candidates;
    }

    private static List<Candidate> Keep(List<Candidate> candidates)
    {
        var kept = new List<Candidate>();
        foreach (var candidate in candidates.OrderByDescending(c => c.Score))
        {
            if (kept.Count == MostObjects)
                break;
            if (!kept.Any(k => k.Class == candidate.Class && k.Box.Overlap(candidate.Box) > MostOverlap))
                kept.Add(candidate);
        }

        return kept;
    }

    private sealed record Candidate(int Anchor, int Class, double Score, FrameBox Box);
}
