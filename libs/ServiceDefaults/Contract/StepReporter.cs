using Google.Protobuf.WellKnownTypes;
using VideoGrain.Editing;
using VideoGrain.Protos.V1;

namespace VideoGrain.ServiceDefaults.Contract;

/// <summary>Turns finished steps into progress for callers, with an estimate of what remains.</summary>
/// <param name="stage">The stage.</param>
/// <param name="time">Clock; the elapsed time counts from here.</param>
public sealed class StepReporter(Stage stage, TimeProvider time)
{
    private readonly long _started = time.GetTimestamp();
    private int _computed;

    /// <summary>Steps computed so far.</summary>
    public int Computed => _computed;

    /// <summary>Time since the reporter was made.</summary>
    public TimeSpan Elapsed => time.GetElapsedTime(_started);

    /// <summary>Progress after a step.</summary>
    /// <param name="step">The step.</param>
    /// <param name="timestep">Noise level of the latents after it.</param>
    public StageProgress Report(StepProgress step, int timestep)
    {
        _computed++;
        var remaining = Elapsed / _computed * (step.Count - step.Index - 1);
        return new StageProgress
        {
            Stage = stage,
            StepsDone = (uint)(step.Index + 1),
            StepCount = (uint)step.Count,
            Timestep = timestep,
            StepDuration = Duration.FromTimeSpan(step.Elapsed),
            Elapsed = Duration.FromTimeSpan(Elapsed),
            Remaining = Duration.FromTimeSpan(remaining),
        };
    }
}
