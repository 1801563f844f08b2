using VideoGrain.Segmentation.Regions;

namespace VideoGrain.Segmentation.Models;

/// <summary>What every pixel of a frame shows, and the objects that this makes.</summary>
/// <param name="width">Columns.</param>
/// <param name="height">Rows.</param>
/// <param name="labels">(height, width): index of the pixel's class + 1, or <see cref="Background"/>; changed while objects are made of it.</param>
/// <param name="classes">Number of classes.</param>
internal sealed class LabelMap(int width, int height, int[] labels, int classes)
{
    /// <summary>Label of what is no object.</summary>
    public const int Background = 0;

    // Share of a piece, its parts left out, that a class must hold to be an object: below, it is the model's doubt at a border.
    private const double LeastShare = 0.2;

    private const int MostNeighbours = 9;

    /// <summary>Makes objects and parts of connected pixels.</summary>
    /// <param name="isPart">For each class whether it is a part of what it touches.</param>
    /// <returns>Each with its label and its pixels, the parts of a piece after its objects.</returns>
    public IReadOnlyList<(int Label, IReadOnlyList<PixelRun> Runs)> Objects(IReadOnlyList<bool> isPart)
    {
        var found = new List<(int Label, IReadOnlyList<PixelRun> Runs)>();
        foreach (var piece in ConnectedRuns.Join(ConnectedRuns.Runs(labels, width, height), width, corners: true))
        {
            var counts = new int[classes + 1];
            foreach (var run in piece)
                counts[labels[run.Start]] += run.Length;
            var hasParts = false;
            for (var c = 0; c < classes; c++)
            {
                if (!isPart[c])
                    continue;
                hasParts |= counts[c + 1] > 0;
                counts[c + 1] = 0;
            }

            // Most pieces are one object whole.
            var isMajor = Major(counts);
            if (!hasParts && isMajor.Count(m => m) == 1)
                found.Add((Array.IndexOf(isMajor, true), piece));
            else
                found.AddRange(Divide(piece, isMajor, isPart));
        }

        return found;
    }

    // Which labels are objects; none where all is parts.
    private static bool[] Major(int[] counts)
    {
        var (total, most) = (counts.Sum(), counts.Max());
        return Array.ConvertAll(counts, c => c > 0 && (c == most || c >= LeastShare * total));
    }

    private static List<int> Pixels(IEnumerable<PixelRun> runs) => [.. runs.SelectMany(run => Enumerable.Range(run.Start, run.Length))];

    private static IReadOnlyList<PixelRun> Runs(List<int> pixels) => pixels.ConvertAll(p => new PixelRun(p, p + 1));

    // Gives every pixel of a piece to one of its objects, and finds the parts; a piece that is all parts is as many objects.
    private List<(int Label, IReadOnlyList<PixelRun> Runs)> Divide(List<PixelRun> runs, bool[] isMajor, IReadOnlyList<bool> isPart)
    {
        var (piece, owned) = (Pixels(runs), new Dictionary<(int Label, int Owner), List<int>>());
        if (isMajor.Contains(true))
        {
            var parts = Parts(runs, isPart);
            Assign(piece, isMajor);
            foreach (var (label, part) in parts)
            {
                var owner = Attach(part);
                if (!owned.TryGetValue((label, owner), out var pixels))
                    owned[(label, owner)] = pixels = [];
                pixels.AddRange(part);
            }
        }

        return [.. ByLabel(piece), .. owned.Select(p => (p.Key.Label, Runs(p.Value)))];
    }

    // The connected pixels of each part in a piece.
    private List<(int Label, List<int> Pixels)> Parts(List<PixelRun> piece, IReadOnlyList<bool> isPart) =>
    [
        .. piece.Where(run => isPart[labels[run.Start] - 1])
            .GroupBy(run => labels[run.Start])
            .SelectMany(runs => ConnectedRuns.Join([.. runs], width, corners: true))
            .OrderBy(part => part[0].Start)
            .Select(part => (labels[part[0].Start], Pixels(part))),
    ];

    private void Assign(List<int> piece, bool[] isMajor)
    {
        if (isMajor.Count(m => m) > 1)
        {
            Spread(piece, isMajor);
            return;
        }

        var only = Array.IndexOf(isMajor, true);
        foreach (var pixel in piece)
            labels[pixel] = only;
    }

    // Major labels grow over the minor ones, so that every speck goes to the nearest object.
    private void Spread(List<int> piece, bool[] isMajor)
    {
        var open = new Queue<int>(piece.Where(p => isMajor[labels[p]]));
        Span<int> neighbours = stackalloc int[MostNeighbours];
        while (open.TryDequeue(out var pixel))
        {
            foreach (var neighbour in neighbours[..Neighbours(pixel, neighbours)])
            {
                if (labels[neighbour] == Background || isMajor[labels[neighbour]])
                    continue;
                labels[neighbour] = labels[pixel];
                open.Enqueue(neighbour);
            }
        }
    }

    // A part belongs as a whole to the object that most of its border touches.
    private int Attach(List<int> part)
    {
        var inside = part.ToHashSet();
        var touching = new int[classes + 1];
        Span<int> neighbours = stackalloc int[MostNeighbours];
        foreach (var pixel in part)
        {
            foreach (var neighbour in neighbours[..Neighbours(pixel, neighbours)])
                touching[labels[neighbour]] += inside.Contains(neighbour) ? 0 : 1;
        }

        touching[Background] = 0;
        var owner = touching.Max() > 0 ? Array.IndexOf(touching, touching.Max()) : labels[part[0]];
        foreach (var pixel in part)
            labels[pixel] = owner;
        return owner;
    }

    // What lies in a piece under one label is an object.
    private IEnumerable<(int Label, IReadOnlyList<PixelRun> Runs)> ByLabel(List<int> piece)
        => piece.GroupBy(p => labels[p]).OrderBy(g => g.Key).Select(g => (g.Key, Runs([.. g])));

    // The pixels around one, corners too, itself included.
    private int Neighbours(int pixel, Span<int> found)
    {
        var (x, y, count) = (pixel % width, pixel / width, 0);
        for (var ny = Math.Max(0, y - 1); ny <= Math.Min(height - 1, y + 1); ny++)
        {
            for (var nx = Math.Max(0, x - 1); nx <= Math.Min(width - 1, x + 1); nx++)
                found[count++] = (ny * width) + nx;
        }

        return count;
    }
}
