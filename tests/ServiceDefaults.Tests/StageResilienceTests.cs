using Grpc.Core;
using VideoGrain.ServiceDefaults.Errors;
using VideoGrain.ServiceDefaults.Resilience;

namespace VideoGrain.ServiceDefaults.Tests;

public class StageResilienceTests
{
    [Theory]
    [InlineData(StatusCode.Unavailable, ErrorReasons.StageUnavailable, true)]
    [InlineData(StatusCode.ResourceExhausted, ErrorReasons.StageBusy, true)]
    [InlineData(StatusCode.DataLoss, ErrorReasons.ChunkChecksumMismatch, true)]
    [InlineData(StatusCode.DeadlineExceeded, ErrorReasons.StreamIdle, true)]
    [InlineData(StatusCode.DeadlineExceeded, ErrorReasons.DeadlineExceeded, true)]
    [InlineData(StatusCode.DeadlineExceeded, "STAGE_TIMEOUT", false)]
    [InlineData(StatusCode.ResourceExhausted, ErrorReasons.OutOfMemory, false)]
    [InlineData(StatusCode.DataLoss, ErrorReasons.CheckpointCorrupt, false)]
    [InlineData(StatusCode.Internal, ErrorReasons.NonFiniteLatents, false)]
    [InlineData(StatusCode.InvalidArgument, ErrorReasons.FieldInvalid, false)]
    public void Error_IsTransientOrNot(StatusCode code, string reason, bool expected) =>
        Assert.Equal(expected, StageResilience.IsTransient(new VideoGrainException(code, reason, "text").ToRpcException()));
}
