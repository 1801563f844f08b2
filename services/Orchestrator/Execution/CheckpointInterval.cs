using VideoGrain.Orchestrator.Options;

namespace VideoGrain.Orchestrator.Execution;

/// <summary>
/// How many steps lie between two checkpoints of a stage. Where a checkpoint costs c and a step s, checkpoints at every k-th step take c / k beside each step;
/// the least k at which that is no more than the share p of the step is
/// <code>k = ⌈c / (p s)⌉.</code>
/// More often would cost too much, more seldom would lose more than it has to: a crash costs at most k steps, about c / p of time. Both costs are measured as the
/// stage goes; until they are known every step is kept.
/// </summary>
internal sealed class CheckpointInterval(WorkerOptions options)
{
    /// <summary>Most steps between two checkpoints, which also bounds the latents that wait in memory.</summary>
    public const int MostSteps = 25;

    // Weight of the newest measurement: one that is out of the ordinary changes little, a lasting change is followed within some steps.
    private const double Weight = 0.25;

    private double? _stepSeconds;
    private double? _checkpointSeconds;

    /// <summary>Steps between two checkpoints now, 1 to <see cref="MostSteps"/>, or as configured.</summary>
    public int Steps => options.CheckpointEvery > 0
        ? options.CheckpointEvery
        : Choose(_checkpointSeconds, _stepSeconds, options.CheckpointShare);

    /// <summary>A step was computed.</summary>
    public void StepTook(TimeSpan duration) => Follow(ref _stepSeconds, duration);

    /// <summary>A checkpoint was saved.</summary>
    public void CheckpointTook(TimeSpan duration) => Follow(ref _checkpointSeconds, duration);

    private static int Choose(double? checkpointSeconds, double? stepSeconds, double share) =>
        checkpointSeconds is { } c && stepSeconds is { } s ? (int)Math.Clamp(Math.Ceiling(c / Math.Max(share * s, double.Epsilon)), 1, MostSteps) : 1;

    private static void Follow(ref double? estimate, TimeSpan measured)
    {
        var seconds = Math.Max(0, measured.TotalSeconds);
        estimate = estimate is { } known ? known + (Weight * (seconds - known)) : seconds;
    }
}
