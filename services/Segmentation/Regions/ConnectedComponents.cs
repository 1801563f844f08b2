namespace VideoGrain.Segmentation.Regions;

/// <summary>Splits a label map into connected pieces, corners touching (8-connected).</summary>
internal static class ConnectedComponents
{
    /// <summary>Finds the pieces of pixels that belong together.</summary>
    /// <param name="width">Columns.</param>
    /// <param name="height">Rows.</param>
    /// <param name="labels">(height, width); 0 belongs to no piece, other values only connect with their like.</param>
    /// <param name="together">Whether all values but 0 connect with each other.</param>
    /// <returns>For each piece its pixels' indices, in the order of their first pixels.</returns>
    public static IReadOnlyList<IReadOnlyList<int>> Find(int width, int height, ReadOnlySpan<int> labels, bool together = false)
    {
        var pieces = new List<IReadOnlyList<int>>();
        var seen = new bool[labels.Length];
        var open = new Stack<int>();
        for (var start = 0; start < labels.Length; start++)
        {
            if (labels[start] == 0 || seen[start])
                continue;
            var piece = new List<int>();
            seen[start] = true;
            open.Push(start);
            while (open.TryPop(out var pixel))
            {
                piece.Add(pixel);
                var (y, x) = Math.DivRem(pixel, width);
                var (left, right) = (x > 0 ? -1 : 0, x < width - 1 ? 1 : 0);
                for (var row = y > 0 ? pixel - width : pixel; row <= (y < height - 1 ? pixel + width : pixel); row += width)
                {
                    for (var neighbour = row + left; neighbour <= row + right; neighbour++)
                    {
                        if (seen[neighbour] || (together ? labels[neighbour] == 0 : labels[neighbour] != labels[start]))
                            continue;
                        seen[neighbour] = true;
                        open.Push(neighbour);
                    }
                }
            }

            pieces.Add(piece);
        }

        return pieces;
    }
}
