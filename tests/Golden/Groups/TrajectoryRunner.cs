using VideoGrain.Editing;
using VideoGrain.Editing.Trajectories;

namespace VideoGrain.Golden.Groups;

/// <summary>Group k: optical flow to trajectory tables.</summary>
public sealed class TrajectoryRunner : IGroupRunner
{
    private const int Levels = 4;

    /// <inheritdoc/>
    public string Group => "k";

    /// <inheritdoc/>
    public IReadOnlyCollection<string> Fields { get; } = ["window", "non_square"];

    /// <inheritdoc/>
    public void Run(GoldenCase golden, GoldenContext context)
    {
        var flow = Flow(golden);
        var window = golden.Json.GetProperty("window");
        Assert.Equal(TrajectoryTable.FinestRadius, window.GetProperty("level0").GetInt32());
        Assert.Equal(TrajectoryTable.CoarseRadius, window.GetProperty("other").GetInt32());
        var frames = Enumerable.Range(0, golden.Frames).ToArray();
        for (var level = 0; level < Levels; level++)
        {
            var (rows, columns) = (golden.LatentHeight >> level, golden.LatentWidth >> level);
            if (!golden.Has($"traj{rows}")) continue;
            var links = TrajectoryLinks.Build(flow, frames, rows, columns, Winners(golden, level, rows, columns));
            var radius = level == 0 ? TrajectoryTable.FinestRadius : TrajectoryTable.CoarseRadius;
            var table = TrajectoryTable.Build(links, radius, anyShape: false);
            var expected = EditingCase.Table(golden, level, rows);
            context.Report.CompareExact(golden, $"traj{rows} length", [table.Length], [expected.Length]);
            context.Report.CompareExact(golden, $"traj{rows}", table.Indices, expected.Indices);
            context.Report.CompareExact(golden, $"traj{rows} selection", table.Select(false).Indices, expected.Select(false).Indices);
        }
    }

    /// <summary>(f - 1, 2, H, W) to [f - 1, H, W, 2].</summary>
    private static FlowField Flow(GoldenCase golden)
    {
        var shape = golden.Shape("flow");
        return new FlowField(shape[0], shape[2], shape[3], ClipLayout.ToChannelsLast(golden.Floats("flow"), shape));
    }

    /// <summary>Rows (target t, row, col; source t - 1, row, col); a conflict without a row would be the port's mistake.</summary>
    private static LinkChooser Winners(GoldenCase golden, int level, int rows, int columns)
    {
        var winners = golden.Has($"winners_{level}")
            ? golden.Ints($"winners_{level}").Chunk(6).ToDictionary(w => Token(w[0], w[1], w[2]), w => Token(w[3], w[4], w[5]))
            : [];
        return (target, sources) =>
        {
            Assert.Contains(target, winners.Keys);
            Assert.Contains(winners[target], sources);
            return winners[target];
        };

        int Token(int frame, int row, int column) => (frame * rows + row) * columns + column;
    }
}
