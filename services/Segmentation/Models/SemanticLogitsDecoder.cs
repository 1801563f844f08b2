using VideoGrain.Media;
using VideoGrain.Segmentation.Regions;

namespace VideoGrain.Segmentation.Models;

/// <summary>
/// Class maps: <c>logits</c> [1, classes, h, w]. The logits are brought to the frame's size before the best class of each pixel is
/// taken; connected pieces of foreground become objects. Within a piece a class that holds a fair share is an object of its own,
/// specks of other classes go to the object around them.
/// </summary>
internal sealed class SemanticLogitsDecoder : IDenseDecoder
{
    private const string Logits = "logits";

    // Share of a piece that a class must hold to be an object: below, it is the model's doubt at a border.
    private const double LeastShare = 0.2;

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
        // From here on a label is a class's index + 1, and 0 for the background.
        var (labels, confidence) = scores.Best(width, height);
        var background = BackgroundIndex(profile);
        for (var i = 0; i < labels.Length; i++)
            labels[i] = labels[i] == background ? 0 : labels[i] + 1;

        var foreground = Array.ConvertAll(labels, l => l == 0 ? 0 : 1);
        var detections = new List<Detection>();
        foreach (var piece in ConnectedComponents.Find(width, height, foreground))
        {
            foreach (var (label, pixels) in Divide(piece, labels, width, height))
            {
                var score = pixels.Average(p => confidence[p]);
                var set = new byte[width * height];
                foreach (var pixel in pixels)
                    set[pixel] = 1;
                detections.Add(new Detection(profile.Classes[label - 1], score, new Mask(width, height, set)));
            }
        }

        return detections;
    }

    private static int BackgroundIndex(ModelProfile profile)
    {
        for (var i = 0; i < profile.Classes.Count; i++)
        {
            if (profile.Classes[i] == profile.BackgroundClass)
                return i;
        }

        return -1;
    }

    private static IEnumerable<(int Label, IReadOnlyList<int> Pixels)> Divide(IReadOnlyList<int> piece, int[] labels, int width, int height)
    {
        var counts = piece.GroupBy(p => labels[p]).ToDictionary(g => g.Key, g => g.Count());
        var major = counts.Where(c => c.Value >= LeastShare * piece.Count).Select(c => c.Key).ToHashSet();
        if (major.Count == 0)
            major.Add(counts.MaxBy(c => c.Value).Key);
        if (major.Count == 1)
            return [(major.Single(), piece)];

        Spread(piece, labels, major, width, height);
        return piece.GroupBy(p => labels[p]).Select(g => (g.Key, (IReadOnlyList<int>)[.. g]));
    }

    // Major labels grow over the minor ones, so that every speck goes to the nearest object.
    private static void Spread(IReadOnlyList<int> piece, int[] labels, HashSet<int> major, int width, int height)
    {
        var inside = piece.ToHashSet();
        var open = new Queue<int>(piece.Where(p => major.Contains(labels[p])));
        while (open.TryDequeue(out var pixel))
        {
            var (x, y) = (pixel % width, pixel / width);
            for (var ny = Math.Max(0, y - 1); ny <= Math.Min(height - 1, y + 1); ny++)
            {
                for (var nx = Math.Max(0, x - 1); nx <= Math.Min(width - 1, x + 1); nx++)
                {
                    var neighbour = (ny * width) + nx;
                    if (!inside.Contains(neighbour) || major.Contains(labels[neighbour]))
                        continue;
                    labels[neighbour] = labels[pixel];
                    open.Enqueue(neighbour);
                }
            }
        }
    }
}
