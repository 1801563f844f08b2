using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using VideoGrain.Kubernetes.Tests.Support;

namespace VideoGrain.Kubernetes.Tests;

/// <summary>
/// The dashboards against Grafana's own types: the frame, every panel with the options of its kind, queries, variables, annotations. What is wrong on
/// purpose is checked in the same run, because it takes seconds.
/// </summary>
public sealed partial class DashboardSchemaTests
{
    private const string Sample = "videograin-stages.json";
    private const string Wrong = "wrong-";

    private static readonly Dictionary<string, Action<JsonObject>> Mistakes = new(StringComparer.Ordinal)
    {
        ["frame"] = board => board["refreshh"] = "30s",
        ["variable"] = board => board["templating"]!["list"]![0]!["type"] = "guess",
        ["panel"] = board => Panel(board, "timeseries")["gridPos"]!.AsObject().Remove("w"),
        ["option"] = board => Panel(board, "stat")["options"]!["graphMode"] = "pie",
        ["field"] = board => Panel(board, "timeseries")["fieldConfig"]!["defaults"]!["custom"]!["lineWidht"] = 1,
        ["query"] = board => Panel(board, "heatmap")["targets"]![0]!["expr"] = 1,
        ["kind"] = board => Panel(board, "stat")["type"] = "singlestat",
    };

    private static readonly Lazy<Task<string[]>> Problems = new(FindAsync);

    public static TheoryData<string> MistakeNames => new(Mistakes.Keys);

    [Fact]
    public async Task EveryDashboard_KeepsToGrafanasSchema() =>
        Assert.Equal([], (await Problems.Value).Where(problem => !problem.StartsWith(Wrong, StringComparison.Ordinal)));

    [Theory]
    [MemberData(nameof(MistakeNames))]
    public async Task Checker_FindsTheMistake(string mistake) =>
        Assert.Contains(await Problems.Value, problem => problem.StartsWith(Wrong + mistake, StringComparison.Ordinal));

    [Fact]
    public void Schema_IsThatOfTheGrafanaInUse()
    {
        var package = JsonNode.Parse(File.ReadAllText(Path.Combine(Tools.Folder, "package.json")))!;
        var image = GrafanaImage().Match(File.ReadAllText(Path.Combine(Tools.Root, "docker-compose.yml")));

        Assert.Equal(image.Groups[1].Value, package["dependencies"]!["@grafana/schema"]!.ToString());
    }

    private static async Task<string[]> FindAsync()
    {
        var all = new JsonObject();
        foreach (var file in Directory.GetFiles(Path.Combine(Tools.Root, "k8s", "dashboards"), "*.json"))
            all[Path.GetFileName(file)] = JsonNode.Parse(await File.ReadAllTextAsync(file));

        foreach (var (name, make) in Mistakes)
        {
            var board = all[Sample]!.DeepClone().AsObject();
            make(board);
            all[Wrong + name] = board;
        }

        var (exitCode, output, errors) = await Tools.NodeAsync("dashboards.mjs", all.ToJsonString());
        Assert.True(exitCode == 0, errors);
        return output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }

    private static JsonObject Panel(JsonObject board, string type) => board.List("panels").First(panel => panel.Text("type") == type);

    [GeneratedRegex(@"grafana/grafana:(\d+\.\d+\.\d+)")]
    private static partial Regex GrafanaImage();
}
