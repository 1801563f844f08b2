using VideoGrain.Orchestrator.Jobs;

namespace VideoGrain.Orchestrator.Scaling;

/// <summary>The stages that need a GPU, by the state that a job has while in them.</summary>
internal static class GpuStages
{
    /// <summary>The stages, in the order in which a job passes them.</summary>
    public static IReadOnlyList<JobState> All { get; } = [JobState.Inverting, JobState.Denoising];

    /// <summary>Name of a stage in metrics and in a trigger's metadata.</summary>
    public static string Name(JobState stage) => stage.ToString().ToLowerInvariant();

    /// <summary>The stage of a name; null when there is none.</summary>
    public static JobState? Find(string? name) => All.Cast<JobState?>().FirstOrDefault(stage => Name(stage!.Value) == name);
}
