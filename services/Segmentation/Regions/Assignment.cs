namespace VideoGrain.Segmentation.Regions;

/// <summary>The assignment problem: which row goes with which column so that the costs sum to the least.</summary>
internal static class Assignment
{
    /// <summary>Solves the problem by shortest augmenting paths, in cubic time.</summary>
    /// <param name="costs">(rows, columns), finite; need not be square.</param>
    /// <returns>For each row its column, -1 for the rows left over when there are more rows than columns.</returns>
    public static int[] Solve(double[,] costs)
    {
        var (rows, columns) = (costs.GetLength(0), costs.GetLength(1));
        if (rows <= columns)
            return SolveWide(costs, rows, columns);

        var transposed = new double[columns, rows];
        for (var r = 0; r < rows; r++)
        {
            for (var c = 0; c < columns; c++)
                transposed[c, r] = costs[r, c];
        }

        var result = new int[rows];
        Array.Fill(result, -1);
        var rowOf = SolveWide(transposed, columns, rows);
        for (var c = 0; c < columns; c++)
            result[rowOf[c]] = c;
        return result;
    }

    // Each row is added in turn; potentials keep reduced costs non-negative, so that a Dijkstra search over columns finds the
    // cheapest way to make room for it. Column 0 is a virtual start.
    private static int[] SolveWide(double[,] costs, int rows, int columns)
    {
        var rowPotential = new double[rows + 1];
        var columnPotential = new double[columns + 1];
        var rowOf = new int[columns + 1];
        var previous = new int[columns + 1];
        for (var row = 1; row <= rows; row++)
        {
            rowOf[0] = row;
            var column = 0;
            var least = new double[columns + 1];
            var used = new bool[columns + 1];
            Array.Fill(least, double.PositiveInfinity);
            do
            {
                used[column] = true;
                var current = rowOf[column];
                var next = 0;
                var delta = double.PositiveInfinity;
                for (var c = 1; c <= columns; c++)
                {
                    if (used[c])
                        continue;
                    var reduced = costs[current - 1, c - 1] - rowPotential[current] - columnPotential[c];
                    if (reduced < least[c])
                        (least[c], previous[c]) = (reduced, column);
                    if (least[c] < delta)
                        (delta, next) = (least[c], c);
                }

                for (var c = 0; c <= columns; c++)
                {
                    if (used[c])
                    {
                        rowPotential[rowOf[c]] += delta;
                        columnPotential[c] -= delta;
                    }
                    else
                    {
                        least[c] -= delta;
                    }
                }

                column = next;
            }
            while (rowOf[column] != 0);

            for (; column != 0; column = previous[column])
                rowOf[column] = rowOf[previous[column]];
        }

        var result = new int[rows];
        for (var c = 1; c <= columns; c++)
        {
            if (rowOf[c] != 0)
                result[rowOf[c] - 1] = c - 1;
        }

        return result;
    }
}
