using System.Text.Json.Nodes;

namespace VideoGrain.Kubernetes.Tests.Support;

/// <summary>Something that makes pods.</summary>
internal sealed class Workload(Overlay overlay, JsonObject item)
{
    public string Name => item.Name();

    public JsonObject Item => item;

    public JsonNode Pod => item.At("spec.template.spec")!;

    public Dictionary<string, string> Labels => item.Map("spec.template.metadata.labels");

    public IEnumerable<JsonObject> Containers => Pod.List("containers");

    public IEnumerable<JsonObject> AllContainers => Pod.List("initContainers").Concat(Containers);

    public JsonObject Main => Containers.Single();

    /// <summary>The main container's environment as far as it stands in the manifests: settings, then single variables.</summary>
    public Dictionary<string, string> Environment
    {
        get
        {
            var result = new Dictionary<string, string>(StringComparer.Ordinal);
            foreach (var name in Main.List("envFrom").Select(from => from.Text("configMapRef.name")).Where(name => name.Length > 0))
            {
                foreach (var (key, value) in overlay.Get("ConfigMap", name).Map("data"))
                    result[key] = value;
            }

            foreach (var variable in Main.List("env").Where(variable => variable.At("value") is not null))
                result[variable.Text("name")] = variable.Text("value");

            return result;
        }
    }

    /// <summary>Secrets that the main container's environment needs.</summary>
    public IEnumerable<string> Secrets => Main.List("envFrom").Where(from => from.At("secretRef.optional") is null).Select(from => from.Text("secretRef.name")).Where(name => name.Length > 0);

    /// <summary>Names of the main container's variables, those included whose values are elsewhere.</summary>
    public IEnumerable<string> VariableNames => Environment.Keys.Union(Main.List("env").Select(variable => variable.Text("name")));
}
