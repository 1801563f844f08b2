using Grpc.Core;
using Microsoft.Extensions.Time.Testing;
using VideoGrain.Orchestrator.Artifacts;
using VideoGrain.Orchestrator.Stages;
using VideoGrain.Orchestrator.Tests.Support;
using VideoGrain.ServiceDefaults.Errors;

namespace VideoGrain.Orchestrator.Tests;

/// <summary>What the orchestrator makes of a stage's call that failed.</summary>
public sealed class StageFailureTests
{
    /// <summary>What clients report when a stage dies in the middle of a call.</summary>
    public static TheoryData<StatusCode, Exception> Breaks() => new()
    {
        { StatusCode.Unavailable, new HttpRequestException("connection refused") },
        { StatusCode.Internal, new HttpRequestException("the stream was reset") },
        { StatusCode.Internal, new IOException("the response ended prematurely") },
        { StatusCode.Unavailable, new IOException("connection reset by peer") },
        { StatusCode.Internal, new TaskCanceledException("the request was still being sent") },
    };

    [Theory]
    [MemberData(nameof(Breaks), DisableDiscoveryEnumeration = true)]
    public void BrokenConnection_IsAnUnavailableStage_WhateverTheClientMakesOfIt(StatusCode code, Exception cause)
    {
        var error = StagePipelines.Translate(new RpcException(new Status(code, "Error in gRPC call.", cause)));

        Assert.Equal((StatusCode.Unavailable, ErrorReasons.StageUnavailable), (error.Code, error.Reason));
    }

    [Fact]
    public void DefectOfAStage_StaysOne()
    {
        var error = StagePipelines.Translate(new RpcException(new Status(StatusCode.Internal, "a defect")));

        Assert.Equal(StatusCode.Internal, error.Code);
    }

    [Fact]
    public void CallThatWasCancelled_IsNoBrokenConnection()
    {
        var error = StagePipelines.Translate(new RpcException(new Status(StatusCode.Cancelled, "cancelled", new OperationCanceledException())));

        Assert.Equal(StatusCode.Cancelled, error.Code);
    }

    [Fact]
    public async Task StageThatHeardNothingForTooLong_IsNotTheCause_WhenWhatWasToBeSentCannotBeRead()
    {
        var read = new TaskCompletionSource();
        var idle = new FailedStream<string, string>(new VideoGrainException(StatusCode.DeadlineExceeded, ErrorReasons.StreamIdle, "no message for 30 s").ToRpcException());
        var running = StageCall.RunAsync(
            _ => new AsyncDuplexStreamingCall<string, string>(
                idle, idle, Task.FromResult(new Metadata()), () => new Status(StatusCode.DeadlineExceeded, ""), () => [], () => { }),
            (_, token) => read.Task.WaitAsync(token), (_, _) => Task.CompletedTask, TimeSpan.FromMinutes(1), new FakeTimeProvider(), Bounded.Token);
        read.SetException(new ArtifactStoreUnavailableException("The store fell silent."));

        await Assert.ThrowsAsync<ArtifactStoreUnavailableException>(() => running.InTime());
    }
}
