using VideoGrain.Media;
using VideoGrain.Segmentation.Regions;

namespace VideoGrain.Segmentation.Models;

/// <summary>
/// Class maps: <c>logits</c> [1, classes, h, w]. The logits are brought to the frame's size before the best class of each pixel is
/// taken; connected pieces of foreground become objects. Within a piece a class that holds a fair share is an object of its own,
/// specks of other classes go to the object around them. What is of a class that the profile calls a part belongs to the object that
/// it touches, and is a region of its own besides: one for each object and class.
/// </summary>
internal sealed class SemanticLogitsDecoder : IDenseDecoder
{
    private const string Logits = "logits";

    public IReadOnlyList<string> Roles { get; } = [Logits];

    public IReadOnlyList<Detection> Decode(ModelOutputs outputs, ModelInput input, ModelProfile profile, int width, int height)
        => Decode(Read(outputs, input, profile), profile, width, height);

    public ClassScores Read(ModelOutputs outputs, ModelInput input, ModelProfile profile)
    {
        var classes = profile.Classes.Count;
        var shape = outputs.Require(Logits, 1, classes, -1, -1);
        return ClassScores.Of(outputs.Floats(Logits), classes, (int)shape[2], (int)shape[3], input);
    }

    public IReadOnlyList<Detection> Decode(ClassScores scores, ModelProfile profile, int width, int height)
    {
        var background = profile.Classes.IndexOf(profile.BackgroundClass);
        var (labels, confidence) = scores.Labels(width, height, background);
        var map = new LabelMap(width, height, labels, profile.Classes.Count);
        return
        [
            .. map.Objects([.. profile.Classes.Select(profile.Parts.Contains)])
                .Select(found => Describe(profile.Classes[found.Label - 1], found.Runs, confidence, width, height)),
        ];
    }

    private static Detection Describe(string className, IReadOnlyList<PixelRun> runs, float[] confidence, int width, int height)
    {
        var (set, sum) = (new byte[width * height], 0.0);
        foreach (var run in runs)
        {
            set.AsSpan(run.Start, run.Length).Fill(1);
            foreach (var value in confidence.AsSpan(run.Start, run.Length))
                sum += value;
        }

        var mask = new Mask(width, height, set);
        return new Detection(className, sum / mask.Count, mask);
    }
}
