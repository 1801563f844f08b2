using VideoGrain.Editing;
using VideoGrain.ServiceDefaults.Stages;
using VideoGrain.ServiceDefaults.Telemetry;

namespace VideoGrain.ServiceDefaults.Models;

/// <summary>A job in a stage's slot.</summary>
/// <param name="slot">Its slot.</param>
/// <param name="engine">The stage's engine, job by job.</param>
/// <param name="steps">Tells of its steps.</param>
public sealed class StageJob(StageSlot slot, EngineTurn engine, StageProgressLog steps)
{
    /// <summary>Waits until the engine is this job's; disposing the result passes it on. Everything that computes lies between.</summary>
    /// <exception cref="OperationCanceledException">The wait was given up.</exception>
    public IDisposable TakeEngine(CancellationToken cancellationToken) => engine.Take(cancellationToken);

    /// <summary>A step is done.</summary>
    /// <param name="step">The step.</param>
    /// <param name="remaining">Time that the other steps are expected to take.</param>
    public void StepDone(StepProgress step, TimeSpan remaining)
    {
        steps.StepDone(step);
        slot.Expect(remaining);
    }

    /// <summary>The last step is done: from here on the next job may arrive, whose turn at the engine comes when this one has decoded.</summary>
    public void BeginFinishing() => slot.Finish();
}
