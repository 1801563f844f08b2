using System.Reflection;
using System.Text.Json.Nodes;
using VideoGrain.Diffusion.Safetensors;

namespace VideoGrain.Diffusion.Tests.Support;

/// <summary>The models of the repository, and damaged copies of them.</summary>
internal static class Models
{
    private static readonly string Root =
        typeof(Models).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(a => a.Key == "RepositoryRoot").Value!;

    /// <summary>The bundled demo model: fp16, two ControlNets.</summary>
    public static string Toybox { get; } = Path.Combine(Root, "models", "toybox");

    /// <summary>The golden data's model: fp32 random weights, with a ControlNet.</summary>
    public static string Tiny { get; } = Path.Combine(Root, "tests", "Golden", "data", "models", "tiny-a");

    /// <summary>A copy of a model's folder in which large files are links.</summary>
    public static string Copy(string model, TemporaryFolder target)
    {
        var folder = Path.Combine(target.Path, Guid.NewGuid().ToString("N"));
        foreach (var file in Directory.EnumerateFiles(model, "*", SearchOption.AllDirectories))
        {
            var copy = Path.Combine(folder, Path.GetRelativePath(model, file));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            if (Path.GetExtension(file) == ".safetensors") File.CreateSymbolicLink(copy, file);
            else File.Copy(file, copy);
        }

        return folder;
    }

    /// <summary>Changes a JSON file.</summary>
    public static void Edit(string path, Action<JsonObject> change)
    {
        var json = JsonNode.Parse(File.ReadAllText(path))!.AsObject();
        change(json);
        File.WriteAllText(path, json.ToJsonString());
    }

    /// <summary>Replaces a safetensors file by one with other tensors.</summary>
    public static void EditTensors(string path, Func<(string Name, string Type, int[] Shape, byte[] Data), IEnumerable<(string Name, string Type, int[] Shape, byte[] Data)>> change)
    {
        var tensors = ReadTensors(path).SelectMany(change).ToArray();
        File.Delete(path);
        File.WriteAllBytes(path, SafetensorsBytes.Build(tensors));
    }

    private static List<(string Name, string Type, int[] Shape, byte[] Data)> ReadTensors(string path)
    {
        using var file = SafetensorsFile.Open(path);
        return [.. file.Names.Order(StringComparer.Ordinal).Select(name =>
        {
            var tensor = file.Get(name);
            return (name, ShortName(tensor.Type), tensor.Shape.ToArray(), tensor.Data.ToArray());
        })];
    }

    private static string ShortName(Tensors.ElementType type) => type switch
    {
        Tensors.ElementType.Float32 => "F32",
        Tensors.ElementType.Float16 => "F16",
        Tensors.ElementType.BFloat16 => "BF16",
        Tensors.ElementType.Int64 => "I64",
        Tensors.ElementType.Int32 => "I32",
        _ => "U8",
    };
}
