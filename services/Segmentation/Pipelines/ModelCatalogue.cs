using VideoGrain.Protos.V1;
using VideoGrain.Segmentation.Models;

namespace VideoGrain.Segmentation.Pipelines;

/// <summary>What the service can use: built-in estimators and the models at hand.</summary>
internal static class ModelCatalogue
{
    /// <summary>All of them, ordered by name.</summary>
    public static IReadOnlyList<PerceptionModel> List(ModelRegistry registry)
    {
        var flow = FlowPipeline.Default(registry);
        List<PerceptionModel> all =
        [
            new() { Name = BuiltIns.Canny, Task = PerceptionTask.Control, ControlTypes = { ControlType.Canny }, IsDefault = true, Digest = BuiltIns.Digest },
            new() { Name = BuiltIns.SoftEdge, Task = PerceptionTask.Control, ControlTypes = { ControlType.SoftEdge }, IsDefault = true, Digest = BuiltIns.Digest },
            new() { Name = BuiltIns.Flow, Task = PerceptionTask.Flow, IsDefault = flow == BuiltIns.Flow, Digest = BuiltIns.Digest },
        ];
        var (detector, promptable) = (registry.Default(Decoders.Detector)?.Name, registry.Default(Decoders.Promptable)?.Name);
        var (depth, pose) = (registry.Default(Decoders.Depth)?.Name, registry.Default(Decoders.Pose)?.Name);
        string?[] defaults = [detector, promptable, depth, pose, flow];
        all.AddRange(registry.Models.Select(m => Describe(m, defaults.Contains(m.Profile.Name))));
        return [.. all.OrderBy(m => m.Name, StringComparer.Ordinal)];
    }

    /// <summary>Folders that cannot be used as they are.</summary>
    public static IEnumerable<Protos.V1.ModelProblem> Problems(ModelRegistry registry) => registry.Problems.Select(p => new Protos.V1.ModelProblem
    {
        Folder = p.Folder,
        Model = p.Name,
        Description = p.Description,
        Serving = p.IsServing,
    });

    private static PerceptionModel Describe(KnownModel model, bool isDefault) => new()
    {
        Name = model.Profile.Name,
        Task = model.Profile.Task switch
        {
            ModelTask.Segmentation => PerceptionTask.Segmentation,
            ModelTask.Control => PerceptionTask.Control,
            _ => PerceptionTask.Flow,
        },
        Classes = { Decoders.Detector.Serves(model.Profile) ? model.Profile.ObjectClasses : [] },
        ControlTypes = { Decoders.Depth.Serves(model.Profile) ? [ControlType.Depth] : Decoders.Pose.Serves(model.Profile) ? [ControlType.Pose] : Array.Empty<ControlType>() },
        Promptable = Decoders.Promptable.Serves(model.Profile),
        IsDefault = isDefault,
        Digest = model.Digest,
    };
}
