using FsCheck;
using FsCheck.Fluent;
using VideoGrain.Segmentation.Regions;

namespace VideoGrain.Segmentation.Tests.Regions;

public sealed class AssignmentTests
{
    [Fact]
    public void Solve_AnyCosts_AreAsLowAsExhaustiveSearch()
    {
        var sizes = Gen.Choose(1, 5).Zip(Gen.Choose(1, 5));
        var problems = sizes.SelectMany(s => Gen.Choose(-20, 20).Two()
            .Select(p => p.Item1 + (p.Item2 / 7.0)).ArrayOf(s.Item1 * s.Item2).Select(c => (Rows: s.Item1, Columns: s.Item2, Costs: c)));
        Prop.ForAll(problems.ToArbitrary(), p =>
        {
            var costs = new double[p.Rows, p.Columns];
            Buffer.BlockCopy(p.Costs, 0, costs, 0, p.Costs.Length * sizeof(double));

            var solved = Assignment.Solve(costs);

            var used = solved.Where(c => c >= 0).ToList();
            var cost = solved.Select((c, r) => c < 0 ? 0 : costs[r, c]).Sum();
            return used.Count == Math.Min(p.Rows, p.Columns) && used.Distinct().Count() == used.Count && Math.Abs(cost - Best(costs)) < 1e-9;
        }).QuickCheckThrowOnFailure();
    }

    private static double Best(double[,] costs)
    {
        var (rows, columns) = (costs.GetLength(0), costs.GetLength(1));
        double Search(int row, int usedColumns, int skipped)
        {
            if (row == rows)
                return 0;
            var best = double.PositiveInfinity;
            if (skipped < rows - columns)
                best = Search(row + 1, usedColumns, skipped + 1);
            for (var c = 0; c < columns; c++)
            {
                if ((usedColumns & (1 << c)) == 0)
                    best = Math.Min(best, costs[row, c] + Search(row + 1, usedColumns | (1 << c), skipped));
            }

            return best;
        }

        return Search(0, 0, 0);
    }
}
