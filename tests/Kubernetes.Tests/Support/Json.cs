using System.Text.Json.Nodes;

namespace VideoGrain.Kubernetes.Tests.Support;

/// <summary>Short ways through Kubernetes objects.</summary>
internal static class Json
{
    public static string Kind(this JsonObject item) => item.Text("kind");

    public static string Name(this JsonObject item) => item.Text("metadata.name");

    /// <summary>The node at a path of names joined by dots; null when there is none.</summary>
    public static JsonNode? At(this JsonNode? node, string path) => path.Split('.').Aggregate(node, (current, name) => (current as JsonObject)?[name]);

    /// <summary>The text at a path; empty when there is none.</summary>
    public static string Text(this JsonNode? node, string path) => node.At(path)?.ToString() ?? "";

    public static int Number(this JsonNode? node, string path) => (int?)node.At(path)?.GetValue<long>() ?? throw new InvalidOperationException($"there is no {path} in {node}");

    /// <summary>The objects of a list at a path; none when there is no list.</summary>
    public static IEnumerable<JsonObject> List(this JsonNode? node, string path) => (node.At(path) as JsonArray ?? []).Select(item => item!.AsObject());

    /// <summary>A map of texts at a path; empty when there is none.</summary>
    public static Dictionary<string, string> Map(this JsonNode? node, string path) =>
        (node.At(path) as JsonObject ?? []).ToDictionary(entry => entry.Key, entry => entry.Value?.ToString() ?? "", StringComparer.Ordinal);

    /// <summary>Whether labels satisfy a selector; an empty selector takes everything.</summary>
    public static bool Selects(this JsonNode? selector, IReadOnlyDictionary<string, string> labels) =>
        selector.Map("matchLabels").All(wanted => labels.GetValueOrDefault(wanted.Key) == wanted.Value)
        && selector.List("matchExpressions").All(rule =>
            rule.Text("operator") == "In" && rule.At("values")!.AsArray().Any(value => value!.ToString() == labels.GetValueOrDefault(rule.Text("key"))));
}
