namespace VideoGrain.Editing.Clustering;

/// <summary>Splits a mask into its connected parts.</summary>
public static class ConnectedComponents
{
    /// <summary>Labels the parts of a mask that touch along edges or corners.</summary>
    /// <param name="mask">[height, width]; non-zero is inside.</param>
    /// <param name="width">Columns.</param>
    /// <returns>Part of each pixel, numbered from 0 by falling size (ties: by first pixel), -1 outside; and the sizes.</returns>
    public static (int[] Labels, int[] Sizes) Label(ReadOnlySpan<byte> mask, int width)
    {
        var height = mask.Length / width;
        var labels = new int[mask.Length];
        labels.AsSpan().Fill(-1);
        var sizes = new List<int>();
        var pending = new Stack<int>();
        for (var start = 0; start < mask.Length; start++)
        {
            if (mask[start] == 0 || labels[start] >= 0) continue;
            labels[start] = sizes.Count;
            sizes.Add(0);
            pending.Push(start);
            while (pending.TryPop(out var pixel))
            {
                sizes[^1]++;
                var (y, x) = (pixel / width, pixel % width);
                for (var ny = Math.Max(0, y - 1); ny <= Math.Min(height - 1, y + 1); ny++)
                {
                    for (var nx = Math.Max(0, x - 1); nx <= Math.Min(width - 1, x + 1); nx++)
                    {
                        var next = ny * width + nx;
                        if (mask[next] == 0 || labels[next] >= 0) continue;
                        labels[next] = sizes.Count - 1;
                        pending.Push(next);
                    }
                }
            }
        }

        int[] order = [.. Enumerable.Range(0, sizes.Count).OrderByDescending(part => sizes[part])];
        var rank = new int[order.Length];
        for (var i = 0; i < order.Length; i++) rank[order[i]] = i;
        for (var i = 0; i < labels.Length; i++)
        {
            if (labels[i] >= 0) labels[i] = rank[labels[i]];
        }

        return (labels, [.. order.Select(part => sizes[part])]);
    }
}
