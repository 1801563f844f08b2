using Google.Protobuf.WellKnownTypes;
using VideoGrain.Protos.V1;
using VideoGrain.ServiceDefaults.Telemetry;

namespace VideoGrain.Segmentation.Pipelines;

/// <summary>Times a computation, measures its steps and words its progress.</summary>
/// <param name="time">The clock.</param>
/// <param name="instruments">Measures the steps.</param>
/// <param name="steps">Steps in all.</param>
internal sealed class StageClock(TimeProvider time, StageInstruments instruments, int steps)
{
    private const int BeforeFirstTimestep = -1;

    private readonly long _started = time.GetTimestamp();
    private long _lastStep = time.GetTimestamp();
    private int _done;

    public Duration Elapsed => Duration.FromTimeSpan(time.GetElapsedTime(_started));

    /// <summary>Counts a step and reports it.</summary>
    public StageProgress Step()
    {
        var now = time.GetTimestamp();
        var step = time.GetElapsedTime(_lastStep, now);
        _lastStep = now;
        _done++;
        instruments.StepDone(step);
        var elapsed = time.GetElapsedTime(_started, now);
        return new StageProgress
        {
            Stage = Stage.Preparing,
            StepsDone = (uint)_done,
            StepCount = (uint)steps,
            Timestep = BeforeFirstTimestep,
            StepDuration = Duration.FromTimeSpan(step),
            Elapsed = Duration.FromTimeSpan(elapsed),
            Remaining = Duration.FromTimeSpan(elapsed / _done * (steps - _done)),
        };
    }
}
