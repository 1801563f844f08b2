using Grpc.Core;
using Microsoft.Extensions.Time.Testing;
using VideoGrain.ServiceDefaults.Errors;
using VideoGrain.ServiceDefaults.Resilience;

namespace VideoGrain.ServiceDefaults.Tests;

public class StageResilienceTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);
    private readonly FakeTimeProvider _time = new();

    [Fact]
    public async Task BusyStage_IsAskedAgainAfterTheTimeItNamed()
    {
        var attempts = 0;
        var running = Run(new StageClientOptions(), () =>
            ++attempts == 1 ? throw VideoGrainException.Busy("full", TimeSpan.FromSeconds(7)).ToRpcException() : ValueTask.CompletedTask);
        Assert.Equal(1, attempts);

        _time.Advance(TimeSpan.FromSeconds(6.9));
        Assert.False(running.IsCompleted);
        _time.Advance(TimeSpan.FromSeconds(0.2));
        await running.WaitAsync(Patience);

        Assert.Equal(2, attempts);
    }

    [Fact]
    public async Task InvalidRequest_IsNotTriedAgain()
    {
        var attempts = 0;
        var running = Run(new StageClientOptions(), () =>
        {
            attempts++;
            throw VideoGrainException.Invalid("header.a", "is wrong").ToRpcException();
        });

        await Assert.ThrowsAsync<RpcException>(() => running.WaitAsync(Patience));
        Assert.Equal(1, attempts);
    }

    [Fact]
    public async Task Retries_AreCountedForTheCaller()
    {
        var reasons = new List<(int Attempt, string Reason)>();
        var pipeline = StageResilience.Build(new StageClientOptions { MaxRetries = 2 }, _time, (attempt, error) =>
        {
            reasons.Add((attempt, error.Reason));
            return ValueTask.CompletedTask;
        });

        await Assert.ThrowsAsync<RpcException>(async () => await pipeline.ExecuteAsync(
            _ => throw new VideoGrainException(StatusCode.Unavailable, ErrorReasons.StageDraining, "bye") { RetryAfter = TimeSpan.Zero }.ToRpcException(),
            TestContext.Current.CancellationToken));

        Assert.Equal([(1, ErrorReasons.StageDraining), (2, ErrorReasons.StageDraining)], reasons);
    }

    [Theory]
    [InlineData(StatusCode.Unavailable, ErrorReasons.StageUnavailable, true)]
    [InlineData(StatusCode.ResourceExhausted, ErrorReasons.StageBusy, true)]
    [InlineData(StatusCode.DataLoss, ErrorReasons.ChunkChecksumMismatch, true)]
    [InlineData(StatusCode.ResourceExhausted, ErrorReasons.OutOfMemory, false)]
    [InlineData(StatusCode.DataLoss, ErrorReasons.CheckpointCorrupt, false)]
    [InlineData(StatusCode.Internal, ErrorReasons.NonFiniteLatents, false)]
    [InlineData(StatusCode.InvalidArgument, ErrorReasons.FieldInvalid, false)]
    public void Error_IsTransientOrNot(StatusCode code, string reason, bool expected) =>
        Assert.Equal(expected, StageResilience.IsTransient(new VideoGrainException(code, reason, "text").ToRpcException()));

    private Task Run(StageClientOptions options, Func<ValueTask> attempt) =>
        StageResilience.Build(options, _time).ExecuteAsync(_ => attempt(), TestContext.Current.CancellationToken).AsTask();
}
