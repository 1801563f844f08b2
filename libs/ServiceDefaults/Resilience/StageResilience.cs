using Grpc.Core;
using VideoGrain.ServiceDefaults.Errors;

namespace VideoGrain.ServiceDefaults.Resilience;

/// <summary>Which errors of a stage pass.</summary>
public static class StageResilience
{
    /// <summary>
    /// Whether another attempt may succeed: the stage is unreachable, busy, draining, out of device memory, lost the call, heard nothing for too long, or
    /// came as far as the time of one call allows. Stages keep nothing between calls, so that making a call again is always safe.
    /// </summary>
    public static bool IsTransient(Exception exception) => exception switch
    {
        RpcException rpc => IsTransient(VideoGrainException.FromRpcException(rpc)),
        VideoGrainException error => error.Code is StatusCode.Unavailable or StatusCode.Aborted
            || (error.Code == StatusCode.ResourceExhausted && error.Reason is ErrorReasons.StageBusy or ErrorReasons.GpuOutOfMemory)
            || (error.Code == StatusCode.DataLoss && error.Reason == ErrorReasons.ChunkChecksumMismatch)
            || (error.Code == StatusCode.DeadlineExceeded && error.Reason is ErrorReasons.StreamIdle or ErrorReasons.DeadlineExceeded),
        _ => false,
    };
}
