using Grpc.Core;
using Microsoft.Extensions.Time.Testing;
using VideoGrain.Protos.V1;
using VideoGrain.ServiceDefaults.Errors;
using VideoGrain.ServiceDefaults.Streaming;

namespace VideoGrain.ServiceDefaults.Tests;

public class BoundedStreamReaderTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);
    private readonly FakeTimeProvider _time = new();

    [Fact]
    public async Task Read_WhenTheCallerRests_FailsAfterTheIdleTime()
    {
        var reader = Reader(new StreamLimits { IdleTimeout = TimeSpan.FromSeconds(5) });
        var reading = reader.ReadAsync(CancellationToken.None);
        _time.Advance(TimeSpan.FromSeconds(4));
        Assert.False(reading.IsCompleted);

        _time.Advance(TimeSpan.FromSeconds(2));

        var error = await Assert.ThrowsAsync<VideoGrainException>(() => reading.WaitAsync(Patience));
        Assert.Equal((StatusCode.DeadlineExceeded, ErrorReasons.StreamIdle), (error.Code, error.Reason));
    }

    [Fact]
    public async Task Read_WhenTheCallerDawdles_FailsAfterTheTotalTime()
    {
        var limits = new StreamLimits { IdleTimeout = TimeSpan.FromSeconds(5), TotalTimeout = TimeSpan.FromSeconds(8) };
        var reader = Reader(limits, 10, () => _time.Advance(TimeSpan.FromSeconds(4)));
        await reader.ReadAsync(CancellationToken.None);
        await reader.ReadAsync(CancellationToken.None);

        var error = await Assert.ThrowsAsync<VideoGrainException>(() => reader.ReadAsync(CancellationToken.None));
        Assert.Equal(ErrorReasons.StreamIdle, error.Reason);
    }

    [Fact]
    public async Task Read_WhenTheStageComputesForHours_IsNotTheCallersDelay()
    {
        const int Messages = 10;
        var reader = Reader(new StreamLimits(), Messages);

        for (var i = 0; i < Messages; i++)
        {
            Assert.NotNull(await reader.ReadAsync(CancellationToken.None));
            _time.Advance(TimeSpan.FromHours(1));
        }
    }

    [Fact]
    public async Task Read_WhenTheCallIsCancelled_IsCancelled()
    {
        using var cancellation = new CancellationTokenSource();
        var reading = Reader(new StreamLimits()).ReadAsync(cancellation.Token);
        await cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => reading.WaitAsync(Patience));
    }

    [Fact]
    public async Task Read_BeyondTheMessageLimit_NamesIt()
    {
        var reader = Reader(new StreamLimits { MaxMessages = 2 }, 3);
        await reader.ReadAsync(CancellationToken.None);
        await reader.ReadAsync(CancellationToken.None);

        var error = await Assert.ThrowsAsync<VideoGrainException>(() => reader.ReadAsync(CancellationToken.None));

        Assert.Equal((StatusCode.InvalidArgument, ErrorReasons.StreamTooManyChunks), (error.Code, error.Reason));
        Assert.Contains("2 messages", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Read_BeyondTheByteLimit_NamesIt()
    {
        var error = await Assert.ThrowsAsync<VideoGrainException>(() => Reader(new StreamLimits { MaxBytes = 3 }, 1).ReadAsync(CancellationToken.None));
        Assert.Equal(ErrorReasons.StreamTooLarge, error.Reason);
    }

    private BoundedStreamReader<TensorChunk> Reader(StreamLimits limits, int messages = 0, Action? onMove = null) =>
        new(new ScriptedStream<TensorChunk>(Enumerable.Repeat(new TensorChunk { Name = "frames" }, messages), onMove), limits, _time);
}
