using System.Globalization;

namespace VideoGrain.Orchestrator.Jobs;

/// <summary>Names of a stage's checkpoints within a job: they sort by step.</summary>
internal static class CheckpointName
{
    private const string Root = "checkpoint/";

    /// <summary>What the names of a stage's checkpoints begin with.</summary>
    public static string Prefix(JobState stage) => $"{Root}{stage.ToString().ToLowerInvariant()}/";

    /// <summary>The checkpoint after a number of steps.</summary>
    public static string For(JobState stage, int stepsDone) => string.Create(CultureInfo.InvariantCulture, $"{Prefix(stage)}{stepsDone:D6}");

    /// <summary>The steps that a checkpoint stands for.</summary>
    public static int StepsDone(string name) => int.Parse(name.AsSpan(name.LastIndexOf('/') + 1), NumberStyles.None, CultureInfo.InvariantCulture);
}
