namespace VideoGrain.Segmentation.Regions;

/// <summary>Connected pieces of a picture, by runs of pixels: there are far fewer of these than pixels.</summary>
internal static class ConnectedRuns
{
    /// <summary>The runs of pixels with one value, row by row.</summary>
    /// <param name="values">(height, width).</param>
    /// <param name="width">Columns.</param>
    /// <param name="height">Rows.</param>
    /// <param name="inside">The value.</param>
    public static List<PixelRun> Runs(ReadOnlySpan<byte> values, int width, int height, byte inside)
    {
        var runs = new List<PixelRun>();
        for (var y = 0; y < height; y++)
        {
            var row = values.Slice(y * width, width);
            for (var x = 0; x < width;)
            {
                var first = row[x..].IndexOf(inside);
                if (first < 0)
                    break;
                x += first;
                var length = row[x..].IndexOfAnyExcept(inside) is var end and >= 0 ? end : width - x;
                runs.Add(new PixelRun((y * width) + x, (y * width) + x + length));
                x += length;
            }
        }

        return runs;
    }

    /// <summary>The runs of pixels with one value other than 0, row by row.</summary>
    /// <param name="values">(height, width).</param>
    /// <param name="width">Columns.</param>
    /// <param name="height">Rows.</param>
    public static List<PixelRun> Runs(ReadOnlySpan<int> values, int width, int height)
    {
        var runs = new List<PixelRun>();
        for (var y = 0; y < height; y++)
        {
            var row = values.Slice(y * width, width);
            for (var x = 0; x < width;)
            {
                var first = row[x..].IndexOfAnyExcept(0);
                if (first < 0)
                    break;
                x += first;
                var length = row[x..].IndexOfAnyExcept(row[x]) is var end and >= 0 ? end : width - x;
                runs.Add(new PixelRun((y * width) + x, (y * width) + x + length));
                x += length;
            }
        }

        return runs;
    }

    /// <summary>Joins runs that touch.</summary>
    /// <param name="runs">Runs, row by row.</param>
    /// <param name="width">Columns of the picture.</param>
    /// <param name="corners">Whether pixels touch that only share a corner.</param>
    /// <returns>For each piece its runs, in the order of their first ones.</returns>
    public static List<List<PixelRun>> Join(List<PixelRun> runs, int width, bool corners)
    {
        var (parent, reach) = (new int[runs.Count], corners ? 1 : 0);
        var above = 0;
        for (var i = 0; i < runs.Count; i++)
        {
            var run = runs[i];
            parent[i] = i;
            if (i > 0 && runs[i - 1].End == run.Start && run.Start % width != 0)
                Unite(parent, i - 1, i);

            // In the row above those that end too early are passed for good: the next run begins later.
            var rowAbove = run.Start - (run.Start % width) - width;
            while (runs[above].Start < rowAbove || runs[above].End + width + reach <= run.Start)
                above++;
            for (var other = above; other < i && runs[other].Start + width < run.End + reach && runs[other].Start < rowAbove + width; other++)
                Unite(parent, other, i);
        }

        var pieces = new List<List<PixelRun>>();
        var pieceOf = new int[runs.Count];
        for (var i = 0; i < runs.Count; i++)
        {
            var root = Root(parent, i);
            if (root == i)
            {
                pieceOf[i] = pieces.Count;
                pieces.Add([]);
            }

            pieces[pieceOf[root]].Add(runs[i]);
        }

        return pieces;
    }

    private static int Root(int[] parent, int run)
    {
        while (parent[run] != run)
            run = parent[run] = parent[parent[run]];
        return run;
    }

    // The earlier root stays, so that a piece is known by its first run.
    private static void Unite(int[] parent, int a, int b)
    {
        (a, b) = (Root(parent, a), Root(parent, b));
        (parent[a], parent[b]) = (Math.Min(a, b), Math.Min(a, b));
    }
}
