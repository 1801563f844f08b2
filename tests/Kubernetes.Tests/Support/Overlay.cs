using System.Collections.Concurrent;
using System.Text.Json.Nodes;

namespace VideoGrain.Kubernetes.Tests.Support;

/// <summary>An overlay as kubectl renders it.</summary>
internal sealed class Overlay
{
    private static readonly ConcurrentDictionary<string, Lazy<Task<Overlay>>> Rendered = new(StringComparer.Ordinal);

    private Overlay(string name, IReadOnlyList<JsonObject> objects) => (Name, Objects) = (name, objects);

    /// <summary>The overlays that there are.</summary>
    public static TheoryData<string> Names { get; } =
        new(Directory.EnumerateDirectories(Path.Combine(Tools.Root, "k8s", "overlays")).Select(folder => Path.GetFileName(folder)!).Order(StringComparer.Ordinal));

    public string Name { get; }

    public IReadOnlyList<JsonObject> Objects { get; }

    /// <summary>The pods that this overlay makes, by whatever makes them.</summary>
    public IEnumerable<Workload> Workloads => Objects.Where(item => item.Kind() is "Deployment" or "Job" or "StatefulSet").Select(item => new Workload(this, item));

    public static Task<Overlay> RenderAsync(string name) => Rendered.GetOrAdd(name, key => new Lazy<Task<Overlay>>(async () =>
        new Overlay(key, Yaml.Read(await Tools.KubectlAsync("kustomize", Path.Combine(Tools.Root, "k8s", "overlays", key)))))).Value;

    public IEnumerable<JsonObject> Of(string kind) => Objects.Where(item => item.Kind() == kind);

    public JsonObject Get(string kind, string name) => Of(kind).Single(item => item.Name() == name);
}
