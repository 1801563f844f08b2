using System.Text.Json;
using System.Text.RegularExpressions;
using VideoGrain.Observability.Tests.Support;

namespace VideoGrain.Observability.Tests;

/// <summary>The dashboards by themselves: what Grafana asks of such files, and what this house does.</summary>
public sealed partial class DashboardTests
{
    private const int Columns = 24;
    private const int OldestSchema = 36;

    // Grafana's names, of those in use.
    private static readonly string[] Units = ["short", "none", "s", "percent", "percentunit", "bytes", "Bps", "cpm", "reqps", "fps", "celsius", "watt", "hertz", "joule", "bool_yes_no"];

    private static readonly string[] Kinds = ["timeseries", "stat", "heatmap", "table", "state-timeline"];

    public static TheoryData<string> Files() => new(Dashboards.All.Select(board => board.File));

    private static JsonElement Board(string file) => Dashboards.All.Single(board => board.File == file).Board;

    [Fact]
    public void Boards_CoverWhatOperatorsAskFor() =>
        Assert.Equal(
            ["videograin-callers", "videograin-gpu", "videograin-grpc", "videograin-jobs", "videograin-services", "videograin-stages"],
            Dashboards.All.Select(board => board.Board.GetProperty("uid").GetString()));

    [Fact]
    public void Counters_OfDcgmExporter_AreThoseThatTheDocsAskFor()
    {
        var used = Dashboards.Queries.Select(panel => panel.Query).Concat(RuleFiles.Rules.Select(rule => rule.Expr))
            .SelectMany(query => Counter().Matches(query)).Select(match => match.Value).Distinct().Order(StringComparer.Ordinal);
        var named = Counter().Matches(File.ReadAllText(Repository.At("docs", "operations", "telemetry.md"))).Select(match => match.Value).Distinct().Order(StringComparer.Ordinal);

        Assert.Equal(used, named);
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void Board_IsNamedAfterItsFileAndOfAKnownSchema(string file)
    {
        var board = Board(file);

        Assert.Equal(Path.GetFileNameWithoutExtension(file), board.GetProperty("uid").GetString());
        Assert.StartsWith("VideoGrain / ", board.GetProperty("title").GetString(), StringComparison.Ordinal);
        Assert.True(board.GetProperty("schemaVersion").GetInt32() >= OldestSchema);
        Assert.Contains("videograin", board.GetProperty("tags").EnumerateArray().Select(tag => tag.GetString()));
        Assert.False(board.TryGetProperty("id", out _), "an id belongs to one installation");
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void Panels_LieSideBySide(string file)
    {
        var taken = new HashSet<(int X, int Y)>();
        var ids = new HashSet<int>();
        foreach (var panel in Dashboards.Panels(Board(file)))
        {
            var place = panel.GetProperty("gridPos");
            var (x, y, w, h) = (place.GetProperty("x").GetInt32(), place.GetProperty("y").GetInt32(), place.GetProperty("w").GetInt32(), place.GetProperty("h").GetInt32());
            Assert.InRange(x, 0, Columns - w);
            Assert.True(ids.Add(panel.GetProperty("id").GetInt32()), "panels have ids of their own");
            for (var column = x; column < x + w; column++)
            {
                for (var row = y; row < y + h; row++) Assert.True(taken.Add((column, row)), $"{panel.GetProperty("title")} lies on another panel");
            }
        }
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void Panels_HaveTitlesUnitsAndLegends(string file)
    {
        foreach (var panel in Dashboards.Panels(Board(file)).Where(panel => panel.GetProperty("type").GetString() != "row"))
        {
            Assert.NotEmpty(panel.GetProperty("title").GetString()!);
            Assert.Contains(panel.GetProperty("type").GetString(), Kinds);
            Assert.Contains(panel.GetProperty("fieldConfig").GetProperty("defaults").GetProperty("unit").GetString(), Units);
            Assert.Equal("${datasource}", panel.GetProperty("datasource").GetProperty("uid").GetString());
            var targets = panel.GetProperty("targets").EnumerateArray().ToList();
            Assert.NotEmpty(targets);
            Assert.Equal(targets.Count, targets.Select(target => target.GetProperty("refId").GetString()).Distinct().Count());
            Assert.All(targets, target => Assert.True(target.GetProperty("legendFormat").GetString()!.Length > 0 || panel.GetProperty("type").GetString() == "table"));
        }
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void Queries_UseVariablesThatThereAre_AndAllOfThem(string file)
    {
        var board = Board(file);
        var variables = Dashboards.Variables(board).Select(variable => variable.GetProperty("name").GetString()!).ToHashSet();
        var used = Variable().Matches(board.GetRawText()).Select(match => match.Groups[1].Value).Where(name => !name.StartsWith("__", StringComparison.Ordinal)).ToHashSet();

        Assert.Equal(variables.Order(StringComparer.Ordinal), used.Order(StringComparer.Ordinal));
    }

    [GeneratedRegex(@"\bDCGM_FI_\w+")]
    private static partial Regex Counter();

    [GeneratedRegex(@"\$\{?([a-zA-Z_]+)")]
    private static partial Regex Variable();
}
