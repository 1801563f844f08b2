using Grpc.Core;
using VideoGrain.ServiceDefaults.Errors;

namespace VideoGrain.ServiceDefaults.Stages;

/// <summary>Errors that every stage knows.</summary>
public static class StageErrors
{
    /// <summary>The stage is shutting down; the job can go on elsewhere at once.</summary>
    public static VideoGrainException Draining() =>
        new(StatusCode.Unavailable, ErrorReasons.StageDraining, "the stage is shutting down") { RetryAfter = TimeSpan.Zero };

    /// <summary>The compute device is gone until the stage is restarted; the job can go on elsewhere.</summary>
    /// <param name="problem">What happened to it.</param>
    public static VideoGrainException DeviceLost(string problem) => new(StatusCode.Unavailable, ErrorReasons.GpuLost, problem);

    /// <summary>The first message of a stream was no header.</summary>
    public static VideoGrainException HeaderMissing() =>
        VideoGrainException.Invalid("header", "the first message must be the header", ErrorReasons.HeaderMissing);

    /// <summary>A later message of a stream was not a tensor chunk.</summary>
    public static VideoGrainException NotATensor() =>
        VideoGrainException.Invalid("tensor", "every message after the header must be a tensor chunk", ErrorReasons.HeaderRepeated);
}
