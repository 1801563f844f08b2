using Grpc.Core;
using Microsoft.Extensions.Options;
using VideoGrain.ServiceDefaults.Errors;

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

    /// <summary>The model of a name; the default model for an empty one.</summary>
    /// <param name="field">Path of the field that holds the name.</param>
    /// <param name="name">The name.</param>
    /// <exception cref="VideoGrainException">NOT_FOUND with the known names.</exception>
    public ModelFolder Get(string field, string name) => Find(name) ?? throw new VideoGrainException(
        StatusCode.NotFound, ErrorReasons.ModelNotFound, $"there is no such model; known are: {Known()}")
    {
        Violations = [new Violation(field, $"must be one of: {Known()}", ErrorReasons.ModelNotFound)],
    };

    private string Known() => string.Join(", ", List().Select(model => model.Name)) is { Length: > 0 } names ? names : "none";
}
