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
    public IReadOnlyList<(int Label, IReadOnlyList<int> Pixels)> Objects(IReadOnlyList<bool> isPart)
    {
        var pieces = ConnectedComponents.Find(width, height, labels, together: true);
        var parts = Parts(pieces, isPart);
        var found = new List<(int Label, IReadOnlyList<int> Pixels)>();
        foreach (var (index, piece) in pieces.Index())
        {
            var isWhole = Divide(piece, isPart);
            var owned = new Dictionary<(int Label, int Owner), List<int>>();
            foreach (var part in isWhole ? parts[index] : [])
            {
                var label = part.Label;
                var owner = Attach(part.Pixels);
                if (!owned.TryGetValue((label, owner), out var pixels))
                    owned[(label, owner)] = pixels = [];
                pixels.AddRange(part.Pixels);
            }

            found.AddRange(ByLabel(piece));
            found.AddRange(owned.Select(p => (p.Key.Label, (IReadOnlyList<int>)p.Value)));
        }

        return found;
    }

    // For each piece the connected pixels of each part in it.
    private ILookup<int, (int Label, IReadOnlyList<int> Pixels)> Parts(IReadOnlyList<IReadOnlyList<int>> pieces, IReadOnlyList<bool> isPart)
    {
        var (only, pieceOf) = (new int[labels.Length], new Dictionary<int, int>());
        foreach (var (index, piece) in pieces.Index())
        {
            foreach (var pixel in piece)
            {
                if (!isPart[labels[pixel] - 1])
                    continue;
                only[pixel] = labels[pixel];
                pieceOf[pixel] = index;
            }
        }

        IReadOnlyList<IReadOnlyList<int>> parts = pieceOf.Count == 0 ? [] : ConnectedComponents.Find(width, height, only);
        return parts.ToLookup(part => pieceOf[part[0]], part => (labels[part[0]], part));
    }

    // Gives every pixel of a piece to one of its objects; false when it has none because all of it is parts.
    private bool Divide(IReadOnlyList<int> piece, IReadOnlyList<bool> isPart)
    {
        var counts = new int[classes + 1];
        foreach (var pixel in piece)
            counts[labels[pixel]]++;
        for (var c = 0; c < classes; c++)
            counts[c + 1] = isPart[c] ? 0 : counts[c + 1];
        var (total, most) = (counts.Sum(), counts.Max());
        if (total == 0)
            return false;
        var isMajor = Array.ConvertAll(counts, c => c == most || (c > 0 && c >= LeastShare * total));
        if (isMajor.Count(m => m) > 1)
        {
            Spread(piece, isMajor);
            return true;
        }

        var only = Array.IndexOf(isMajor, true);
        foreach (var pixel in piece)
            labels[pixel] = only;
        return true;
    }

    // Major labels grow over the minor ones, so that every speck goes to the nearest object.
    private void Spread(IReadOnlyList<int> piece, bool[] isMajor)
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
    private int Attach(IReadOnlyList<int> part)
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

    // What lies in a piece under one label is an object; most pieces are one.
    private IEnumerable<(int Label, IReadOnlyList<int> Pixels)> ByLabel(IReadOnlyList<int> piece)
    {
        if (piece.All(p => labels[p] == labels[piece[0]]))
            return [(labels[piece[0]], piece)];
        var byLabel = new List<int>?[classes + 1];
        foreach (var pixel in piece)
            (byLabel[labels[pixel]] ??= []).Add(pixel);
        return byLabel.Index().Where(l => l.Item != null).Select(l => (l.Index, (IReadOnlyList<int>)l.Item!));
    }

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
