using VideoGrain.Protos.V1;
using VideoGrain.Segmentation.Models;

namespace VideoGrain.Segmentation.Pipelines;

/// <summary>What the service can use: built-in estimators and the models at hand.</summary>
internal static class ModelCatalogue
{
    /// <summary>All of them, ordered by name.</summary>
    public static IReadOnlyList<PerceptionModel> List(ModelRegistry registry)
    {
        List<PerceptionModel> all =
        [
            new() { Name = BuiltIns.Canny, Task = PerceptionTask.Control, ControlTypes = { ControlType.Canny }, IsDefault = true, Digest = BuiltIns.Digest },
            new() { Name = BuiltIns.SoftEdge, Task = PerceptionTask.Control, ControlTypes = { ControlType.SoftEdge }, IsDefault = true, Digest = BuiltIns.Digest },
            new() { Name = BuiltIns.Flow, Task = PerceptionTask.Flow, IsDefault = true, Digest = BuiltIns.Digest },
        ];
        var standard = registry.Default(ModelTask.Segmentation)?.Name;
        all.AddRange(registry.Profiles.Where(p => p.Task == ModelTask.Segmentation).Select(p => new PerceptionModel
        {
            Name = p.Name,
            Task = PerceptionTask.Segmentation,
            Classes = { p.Classes.Where(c => c != p.BackgroundClass) },
            IsDefault = p.Name == standard,
        }));
        all.AddRange(registry.Profiles.Where(p => p is { Task: ModelTask.Control, Decoder: DepthModel.Decoder }).Select(p => new PerceptionModel
        {
            Name = p.Name,
            Task = PerceptionTask.Control,
            ControlTypes = { ControlType.Depth },
            IsDefault = p.Default,
        }));
        return [.. all.OrderBy(m => m.Name, StringComparer.Ordinal)];
    }
}
