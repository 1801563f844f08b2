using VideoGrain.Media;
using VideoGrain.Media.Resizing;
using VideoGrain.Segmentation.Regions;

namespace VideoGrain.Segmentation.Models;

/// <summary>
/// Instances with boxes (Mask R-CNN): <c>boxes</c> [n, 4] left, top, right, bottom in pixels of the input; <c>labels</c> [n] int64,
/// indices of the profile's classes; <c>scores</c> [n]; <c>masks</c> [n, 1, h, w] probabilities that fill their boxes.
/// </summary>
internal sealed class InstancesDecoder : IRegionDecoder
{
    private const string Boxes = "boxes";
    private const string Labels = "labels";
    private const string Scores = "scores";
    private const string Masks = "masks";
    private const float Inside = 0.5f;

    public IReadOnlyList<string> Roles { get; } = [Boxes, Labels, Scores, Masks];

    public IReadOnlyList<Detection> Decode(ModelOutputs outputs, ModelInput input, ModelProfile profile, int width, int height)
    {
        // No instance at all is a valid answer, so n may be 0.
        var count = outputs.Shape(Scores) is [var n] ? n : -1;
        if (count == 0)
            return [];
        outputs.Require(Boxes, count, 4);
        outputs.Require(Labels, count);
        outputs.Require(Scores, -1);
        var shape = outputs.Require(Masks, count, 1, -1, -1);
        var (rows, columns) = ((int)shape[2], (int)shape[3]);
        var boxes = outputs.Floats(Boxes);
        var labels = outputs.Longs(Labels);
        var scores = outputs.Floats(Scores);
        var masks = outputs.Floats(Masks);

        var detections = new List<Detection>();
        for (var i = 0; i < count; i++)
        {
            if (scores[i] < profile.ScoreThreshold || labels[i] < 0 || labels[i] >= profile.Classes.Count)
                continue;
            var corners = boxes.Slice(4 * i, 4);
            var box = ModelSpace.ToFrame(corners[0], corners[1], corners[2], corners[3], input, width, height);
            if (Paste(masks.Slice(i * rows * columns, rows * columns), rows, columns, box, width, height) is { } mask)
                detections.Add(new Detection(profile.Classes[(int)labels[i]], scores[i], mask));
        }

        return detections;
    }

    private static Mask? Paste(ReadOnlySpan<float> values, int rows, int columns, FrameBox box, int width, int height)
    {
        int left = (int)Math.Clamp(Math.Round(box.Left), 0, width), right = (int)Math.Clamp(Math.Round(box.Right), 0, width);
        int top = (int)Math.Clamp(Math.Round(box.Top), 0, height), bottom = (int)Math.Clamp(Math.Round(box.Bottom), 0, height);
        if (right <= left || bottom <= top)
            return null;
        var scaled = Resizer.Resize(values, columns, rows, 1, right - left, bottom - top, ResizeFilter.Bilinear);
        var set = new byte[width * height];
        for (var i = 0; i < scaled.Length; i++)
        {
            if (scaled[i] > Inside)
                set[((top + (i / (right - left))) * width) + left + (i % (right - left))] = 1;
        }

        return new Mask(width, height, set);
    }
}
