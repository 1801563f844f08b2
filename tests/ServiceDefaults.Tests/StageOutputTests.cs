using System.Collections.Concurrent;
using Grpc.Core;
using Microsoft.Extensions.Time.Testing;
using VideoGrain.ServiceDefaults.Errors;
using VideoGrain.ServiceDefaults.Streaming;

namespace VideoGrain.ServiceDefaults.Tests;

public class StageOutputTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    [Fact]
    public async Task Results_ToASlowReader_AllArriveInOrder()
    {
        var stream = new Collector();
        await new StageOutput<string>().RunAsync(
            (output, cancellation) =>
            {
                for (var i = 0; i < 1000; i++) output.Send($"{i}", cancellation);
            },
            stream, CancellationToken.None).WaitAsync(Patience);
        Assert.Equal(Enumerable.Range(0, 1000).Select(i => $"{i}"), stream.Messages);
    }

    [Fact]
    public async Task Progress_ToAReaderThatRests_IsDroppedAndTheResultIsNot()
    {
        var gate = new TaskCompletionSource();
        var stream = new Collector { Gate = gate.Task };
        var output = new StageOutput<string>();
        var running = output.RunAsync(
            (target, cancellation) =>
            {
                for (var i = 0; i < 1000; i++) target.Offer("progress");
                gate.SetResult();
                target.Send("result", cancellation);
            },
            stream, CancellationToken.None);
        await running.WaitAsync(Patience);

        Assert.True(output.Dropped > 900);
        Assert.Equal("result", stream.Messages.Last());
    }

    [Fact]
    public async Task Results_LeftToAReaderThatRests_AreNotWaitedForAndAllArrive()
    {
        var gate = new TaskCompletionSource();
        var stream = new Collector { Gate = gate.Task };
        await new StageOutput<string>().RunAsync(
            (output, cancellation) =>
            {
                output.Send("first", cancellation);
                for (var i = 0; i < 1000; i++) output.Leave($"{i}");
                gate.SetResult();
            },
            stream, CancellationToken.None).WaitAsync(Patience);

        Assert.Equal(["first", .. Enumerable.Range(0, 1000).Select(i => $"{i}")], stream.Messages);
    }

    [Fact]
    public async Task Computation_ThatFails_EndsTheCallWithItsError()
    {
        var running = new StageOutput<string>().RunAsync((_, _) => throw new InvalidDataException("bad"), new Collector(), CancellationToken.None);
        await Assert.ThrowsAsync<InvalidDataException>(() => running.WaitAsync(Patience));
    }

    [Fact]
    public async Task Reader_ThatBreaks_StopsTheComputationBeforeTheCallEnds()
    {
        var stopped = false;
        var running = new StageOutput<string>().RunAsync(
            (output, cancellation) =>
            {
                try
                {
                    while (true) output.Send("more", cancellation);
                }
                finally
                {
                    stopped = true;
                }
            },
            new Collector { FailsAfter = 3 }, CancellationToken.None);

        await Assert.ThrowsAsync<IOException>(() => running.WaitAsync(Patience));
        Assert.True(stopped);
    }

    [Fact]
    public async Task Reader_ThatTakesNothing_LosesTheCall()
    {
        var time = new WatchedTime();
        var stream = new Collector { Gate = new TaskCompletionSource().Task };
        var running = new StageOutput<string>(TimeSpan.FromSeconds(30), time).RunAsync(
            (output, cancellation) =>
            {
                while (true) output.Send("more", cancellation);
            },
            stream, CancellationToken.None);
        await time.TimerStarted.WaitAsync(Patience);
        time.Advance(TimeSpan.FromSeconds(31));

        var error = await Assert.ThrowsAsync<VideoGrainException>(() => running.WaitAsync(Patience));
        Assert.Equal((StatusCode.DeadlineExceeded, ErrorReasons.StreamIdle), (error.Code, error.Reason));
    }

    [Fact]
    public async Task Cancellation_OfTheCall_ReachesTheComputation()
    {
        using var cancellation = new CancellationTokenSource();
        var running = new StageOutput<string>().RunAsync(
            (_, token) =>
            {
                token.WaitHandle.WaitOne(Patience);
                token.ThrowIfCancellationRequested();
            },
            new Collector(), cancellation.Token);
        await cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running.WaitAsync(Patience));
    }

    /// <summary>A clock that tells when somebody waits for it: advancing it earlier would be lost on them.</summary>
    private sealed class WatchedTime : FakeTimeProvider
    {
        private readonly TaskCompletionSource _started = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task TimerStarted => _started.Task;

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            var timer = base.CreateTimer(callback, state, dueTime, period);
            _started.TrySetResult();
            return timer;
        }
    }

    private sealed class Collector : IServerStreamWriter<string>
    {
        public ConcurrentQueue<string> Messages { get; } = new();

        public Task Gate { get; init; } = Task.CompletedTask;

        public int FailsAfter { get; init; } = int.MaxValue;

        public WriteOptions? WriteOptions { get; set; }

        public Task WriteAsync(string message) => WriteAsync(message, CancellationToken.None);

        public async Task WriteAsync(string message, CancellationToken cancellationToken)
        {
            await Gate;
            if (Messages.Count >= FailsAfter) throw new IOException("the connection is gone");
            Messages.Enqueue(message);
        }
    }
}
