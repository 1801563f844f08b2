namespace VideoGrain.Editing.Clustering;

/// <summary>Gives the parts of successive frames stable identities: a part continues the one it overlaps most.</summary>
public sealed class IdentityTracker
{
    private readonly int _limit;
    private readonly Dictionary<int, HashSet<int>> _last = [];
    private int _next;

    /// <summary>Starts without identities.</summary>
    /// <param name="limit">Most identities; a part beyond them joins the one it lies nearest to.</param>
    public IdentityTracker(int limit) => _limit = limit;

    /// <summary>Identities given out so far.</summary>
    public int Count => _next;

    /// <summary>Identities of a frame's parts, each used once unless the limit is reached.</summary>
    /// <param name="labels">[height, width]: part of each pixel, -1 for none.</param>
    /// <param name="parts">Number of parts.</param>
    /// <param name="width">Columns.</param>
    public int[] Advance(ReadOnlySpan<int> labels, int parts, int width)
    {
        var pixels = new HashSet<int>[parts];
        for (var part = 0; part < parts; part++) pixels[part] = [];
        for (var i = 0; i < labels.Length; i++)
        {
            if (labels[i] >= 0) pixels[labels[i]].Add(i);
        }

        var result = Match(pixels);
        for (var part = 0; part < parts; part++)
        {
            if (result[part] >= 0) continue;
            result[part] = _next < _limit ? _next++ : Nearest(pixels[part], width);
        }

        foreach (var group in Enumerable.Range(0, parts).GroupBy(part => result[part]))
            _last[group.Key] = [.. group.SelectMany(part => pixels[part])];
        return result;
    }

    /// <summary>Best overlaps first; each identity and each part is taken once.</summary>
    private int[] Match(HashSet<int>[] pixels)
    {
        var result = new int[pixels.Length];
        result.AsSpan().Fill(-1);
        var pairs =
            from part in Enumerable.Range(0, pixels.Length)
            from identity in _last.Keys
            let shared = pixels[part].Count(_last[identity].Contains)
            where shared > 0
            let overlap = shared / (double)(pixels[part].Count + _last[identity].Count - shared)
            orderby overlap descending, identity, part
            select (part, identity);
        var taken = new HashSet<int>();
        foreach (var (part, identity) in pairs)
        {
            if (result[part] < 0 && taken.Add(identity)) result[part] = identity;
        }

        return result;
    }

    private int Nearest(HashSet<int> pixels, int width)
    {
        var (y, x) = Centre(pixels, width);
        return _last.MinBy(entry =>
        {
            var (oy, ox) = Centre(entry.Value, width);
            return (oy - y) * (oy - y) + (ox - x) * (ox - x);
        }).Key;
    }

    private static (double Y, double X) Centre(HashSet<int> pixels, int width) =>
        pixels.Count == 0 ? (0, 0) : (pixels.Average(p => p / width), pixels.Average(p => p % width));
}
