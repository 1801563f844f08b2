using Microsoft.Extensions.Options;

namespace VideoGrain.ServiceDefaults.Models;

/// <summary>The models below the configured folder. Requests name models; they never name paths.</summary>
public sealed class ModelCatalog(IOptions<ModelsOptions> options)
{
    private const string IndexFile = "model_index.json";

    /// <summary>The models, by name.</summary>
    public IReadOnlyList<ModelFolder> List()
    {
        var root = new DirectoryInfo(options.Value.Root);
        if (!root.Exists) return [];
        return [.. root.EnumerateDirectories()
            .Where(folder => File.Exists(Path.Combine(folder.FullName, IndexFile)))
            .Select(folder => new ModelFolder(folder.Name, folder.FullName))
            .OrderBy(model => model.Name, StringComparer.Ordinal)];
    }

    /// <summary>Name of the model of requests that name none; empty when there is no model.</summary>
    public string DefaultName => options.Value.Default.Length > 0 ? options.Value.Default : List().FirstOrDefault()?.Name ?? "";

    /// <summary>The model of a name; the default model for an empty one. Null when there is none.</summary>
    public ModelFolder? Find(string name)
    {
        var wanted = name.Length > 0 ? name : DefaultName;
        return List().FirstOrDefault(model => model.Name == wanted);
    }
}
