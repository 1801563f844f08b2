using VideoGrain.Segmentation.Regions;

namespace VideoGrain.Segmentation.Models;

/// <summary>
/// Queries (DETR, MaskFormer, Mask2Former): <c>class_logits</c> [1, queries, classes + 1], the last one meaning "no object";
/// <c>mask_logits</c> [1, queries, h, w], above 0 inside. A query's score is the softmax of its best class.
/// </summary>
internal sealed class QueryMasksDecoder : IRegionDecoder
{
    private const string ClassLogits = "class_logits";
    private const string MaskLogits = "mask_logits";

    public IReadOnlyList<string> Roles { get; } = [ClassLogits, MaskLogits];

    public IReadOnlyList<Detection> Decode(ModelOutputs outputs, ModelInput input, ModelProfile profile, int width, int height)
    {
        var classes = profile.Classes.Count;
        var queries = (int)outputs.Require(ClassLogits, 1, -1, classes + 1)[1];
        var shape = outputs.Require(MaskLogits, 1, queries, -1, -1);
        var (rows, columns) = ((int)shape[2], (int)shape[3]);
        var logits = outputs.Floats(ClassLogits);
        var masks = outputs.Floats(MaskLogits);

        var detections = new List<Detection>();
        for (var q = 0; q < queries; q++)
        {
            var (best, score) = Best(logits.Slice(q * (classes + 1), classes + 1));
            if (best == classes || score < profile.ScoreThreshold || profile.Classes[best] == profile.BackgroundClass)
                continue;
            var mask = ModelSpace.ToMask(masks.Slice(q * rows * columns, rows * columns), rows, columns, input, width, height, threshold: 0);
            detections.Add(new Detection(profile.Classes[best], score, mask));
        }

        return detections;
    }

    private static (int Best, double Score) Best(ReadOnlySpan<float> logits)
    {
        var best = 0;
        for (var c = 1; c < logits.Length; c++)
        {
            if (logits[c] > logits[best])
                best = c;
        }

        double sum = 0;
        foreach (var logit in logits)
            sum += Math.Exp(logit - logits[best]);
        return (best, 1 / sum);
    }
}
