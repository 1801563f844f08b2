using Microsoft.Extensions.Logging;
using VideoGrain.Editing;

namespace VideoGrain.ServiceDefaults.Telemetry;

/// <summary>Tells of a job's steps in metrics, trace and log, all three under the job's name.</summary>
/// <param name="instruments">The stage's measurements.</param>
/// <param name="spans">The stage's spans.</param>
/// <param name="scope">The job's log scope.</param>
/// <param name="time">Clock.</param>
/// <param name="logger">Log of the stage.</param>
public sealed partial class StageProgressLog(StageInstruments instruments, ServiceSpans spans, JobScope scope, TimeProvider time, ILogger logger)
{
    private const string StepSpan = "step";

    /// <summary>A step is done.</summary>
    public void StepDone(StepProgress step)
    {
        ArgumentNullException.ThrowIfNull(step);
        scope.Step = step.Index + 1;
        instruments.StepDone(step.Elapsed);
        instruments.DeviceWorked(StageInstruments.Unet, step.Elapsed);
        spans.Record(
            StepSpan, step.Elapsed, time.GetUtcNow(),
            new(SpanTags.Stage, instruments.Stage), new(SpanTags.Step, step.Index + 1), new(SpanTags.Timestep, step.Timestep));
        Done(logger, step.Index + 1, step.Count, step.Elapsed.TotalSeconds);
    }

    [LoggerMessage(LogLevel.Debug, "step {Step} of {Steps} took {Seconds} s")]
    private static partial void Done(ILogger logger, int step, int steps, double seconds);
}
