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
        all.AddRange(registry.Profiles.Select(p => new PerceptionModel
        {
            Name = p.Name,
            Task = p.Task switch
            {
                ModelTask.Segmentation => PerceptionTask.Segmentation,
                ModelTask.Control => PerceptionTask.Control,
                _ => PerceptionTask.Flow,
            },
            Classes = { Decoders.Detector.Serves(p) ? p.ObjectClasses : [] },
            ControlTypes = { Decoders.Depth.Serves(p) ? [ControlType.Depth] : Decoders.Pose.Serves(p) ? [ControlType.Pose] : Array.Empty<ControlType>() },
            Promptable = Decoders.Promptable.Serves(p),
            IsDefault = p.Name == detector || p.Name == promptable || p.Name == depth || p.Name == pose || p.Name == flow,
        }));
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
}
