using System.Text.Json;

namespace VideoGrain.Observability.Tests.Support;

/// <summary>The dashboards of k8s/dashboards.</summary>
internal static class Dashboards
{
    public static IReadOnlyList<(string File, JsonElement Board)> All { get; } =
        [.. Directory.GetFiles(Repository.At("k8s", "dashboards"), "*.json").Order(StringComparer.Ordinal).Select(file => (Path.GetFileName(file), JsonDocument.Parse(File.ReadAllText(file)).RootElement))];

    /// <summary>Every query of every panel, with the variables as a person finds them at first.</summary>
    public static IEnumerable<(string Board, string Panel, string Query)> Queries =>
        from board in All
        from panel in Panels(board.Board)
        where panel.TryGetProperty("targets", out _)
        from target in panel.GetProperty("targets").EnumerateArray()
        select (board.File, panel.GetProperty("title").GetString()!, Fill(board.Board, target.GetProperty("expr").GetString()!));

    public static IEnumerable<JsonElement> Panels(JsonElement board) => board.GetProperty("panels").EnumerateArray();

    public static IEnumerable<JsonElement> Variables(JsonElement board) => board.GetProperty("templating").GetProperty("list").EnumerateArray();

    private static string Fill(JsonElement board, string query)
    {
        foreach (var variable in Variables(board).Where(variable => variable.TryGetProperty("allValue", out _)))
            query = query.Replace("$" + variable.GetProperty("name").GetString(), variable.GetProperty("allValue").GetString(), StringComparison.Ordinal);
        return query.Replace("$__rate_interval", "1m", StringComparison.Ordinal).Replace("$__range", "5m", StringComparison.Ordinal);
    }
}
