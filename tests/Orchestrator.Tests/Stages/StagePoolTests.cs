using System.Diagnostics.Metrics;
using System.Net;
using Grpc.Core;
using Grpc.Net.Client;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using VideoGrain.Orchestrator.Options;
using VideoGrain.Orchestrator.Stages;
using VideoGrain.Orchestrator.Tests.Fakes;
using VideoGrain.Orchestrator.Tests.Support;
using VideoGrain.ServiceDefaults.Errors;
using VideoGrain.ServiceDefaults.Telemetry;

namespace VideoGrain.Orchestrator.Tests.Stages;

/// <summary>The choice of an address, with a clock that the test moves.</summary>
public sealed class StagePoolTests : IAsyncDisposable
{
    private static readonly IPAddress Small = IPAddress.Parse("127.0.0.11");
    private static readonly IPAddress Large = IPAddress.Parse("127.0.0.12");
    private readonly FakeTimeProvider _time = new(DateTimeOffset.UtcNow);
    private readonly JumpingClock _clock;
    private readonly StageOptions _options = new() { FailuresBeforeBreak = 3, BreakDuration = TimeSpan.FromSeconds(10) };
    private readonly ServiceProvider _services = new ServiceCollection().AddMetrics().BuildServiceProvider();
    private readonly RpcSpans _spans = new(OrchestratorHost.Description);
    private readonly Dictionary<string, StageLoad> _loads = [];
    private StagePool? _pool;

    public StagePoolTests() => _clock = new JumpingClock(_time);

    public async ValueTask DisposeAsync()
    {
        _pool?.Dispose();
        _spans.Dispose();
        await _services.DisposeAsync();
    }

    [Fact]
    public async Task Pick_FollowsTheAdvertisedCapacity()
    {
        _loads["127.0.0.12"] = new StageLoad(0, 3);
        var pool = await OpenAsync(Small, Large);
        var picked = Enumerable.Range(0, 8).Select(_ => pool.Pick(takesSlot: true).Address.Host).ToList();

        Assert.Equal(2, picked.Count(host => host == "127.0.0.11"));
        Assert.Equal(6, picked.Count(host => host == "127.0.0.12"));
    }

    [Fact]
    public async Task Pick_SeesTheJobsOfOtherReplicas()
    {
        _loads["127.0.0.11"] = new StageLoad(2, 2);
        _loads["127.0.0.12"] = new StageLoad(0, 2);
        var pool = await OpenAsync(Small, Large);

        Assert.Equal("127.0.0.12", pool.Pick(takesSlot: true).Address.Host);
        Assert.Equal("127.0.0.12", pool.Pick(takesSlot: true).Address.Host);
    }

    [Fact]
    public async Task BusyAddress_IsPassedOver_UntilTheTimeItNamed()
    {
        var pool = await OpenAsync(Small);
        pool.Pick(takesSlot: true).End(takesSlot: true, NodeOutcome.Busy, TimeSpan.FromSeconds(7));

        var error = Assert.Throws<VideoGrainException>(() => pool.Pick(takesSlot: true));
        Assert.Equal((StatusCode.ResourceExhausted, ErrorReasons.StageBusy), (error.Code, error.Reason));
        Assert.InRange(error.RetryAfter!.Value, TimeSpan.FromSeconds(6.9), TimeSpan.FromSeconds(7));
        Assert.NotNull(pool.Pick(takesSlot: false));
        _time.Advance(TimeSpan.FromSeconds(7));
        Assert.NotNull(pool.Pick(takesSlot: true));
    }

    [Fact]
    public async Task FailingAddress_IsBroken_ThenProbedByOneCall_ThenWholeAgain()
    {
        var pool = await OpenAsync(Small);
        for (var i = 0; i < 3; i++)
            pool.Pick(takesSlot: true).End(takesSlot: true, NodeOutcome.Failed, null);

        var error = Assert.Throws<VideoGrainException>(() => pool.Pick(takesSlot: true));
        Assert.Equal((StatusCode.Unavailable, ErrorReasons.StageUnavailable, TimeSpan.FromSeconds(10)), (error.Code, error.Reason, error.RetryAfter));
        Assert.Equal(["broken"], pool.States.Select(entry => entry.State));

        _time.Advance(TimeSpan.FromSeconds(10));
        var probe = pool.Pick(takesSlot: true);
        Assert.Throws<VideoGrainException>(() => pool.Pick(takesSlot: true));
        probe.End(takesSlot: true, NodeOutcome.Failed, null);
        Assert.Throws<VideoGrainException>(() => pool.Pick(takesSlot: true));

        _time.Advance(TimeSpan.FromSeconds(10));
        pool.Pick(takesSlot: true).End(takesSlot: true, NodeOutcome.Answered, null);
        Assert.NotNull(pool.Pick(takesSlot: true));
        Assert.NotNull(pool.Pick(takesSlot: true));
    }

    [Fact]
    public async Task ProbeThatHearsTheAddress_MakesItWholeAgain_LongBeforeItEnds()
    {
        var pool = await OpenAsync(Small);
        for (var i = 0; i < 3; i++)
            pool.Pick(takesSlot: true).End(takesSlot: true, NodeOutcome.Failed, null);

        _time.Advance(TimeSpan.FromSeconds(10));
        var probe = Read(pool, pool.Pick(takesSlot: true));
        Assert.Throws<VideoGrainException>(() => pool.Pick(takesSlot: true));

        Assert.True(await probe.MoveNext(Bounded.Token));
        Assert.Equal(["ready"], pool.States.Select(entry => entry.State));
        Assert.NotNull(pool.Pick(takesSlot: true));
    }

    [Fact]
    public async Task ProbeThatHearsTheAddress_KeepsItsSlotThere()
    {
        var pool = await OpenAsync(Small, Large);
        for (var i = 0; i < 6; i++)
            pool.Pick(takesSlot: true).End(takesSlot: true, NodeOutcome.Failed, null);

        _time.Advance(TimeSpan.FromSeconds(10));
        var node = pool.Pick(takesSlot: true);
        await Read(pool, node).MoveNext(Bounded.Token);

        Assert.NotEqual(node.Address, pool.Pick(takesSlot: true).Address);
    }

    [Fact]
    public async Task AddressThatAnswersAtFirstAndDies_IsBrokenAllTheSame()
    {
        var pool = await OpenAsync(Small);
        for (var i = 0; i < 3; i++)
        {
            var call = Read(pool, pool.Pick(takesSlot: true));
            await call.MoveNext(Bounded.Token);
            await Assert.ThrowsAsync<RpcException>(() => call.MoveNext(Bounded.Token));
        }

        Assert.Equal(["broken"], pool.States.Select(entry => entry.State));
    }

    [Fact]
    public async Task ProbeThatTheCallerEnds_LeavesRoomForAnother()
    {
        var pool = await OpenAsync(Small);
        for (var i = 0; i < 3; i++)
            pool.Pick(takesSlot: true).End(takesSlot: true, NodeOutcome.Failed, null);

        _time.Advance(TimeSpan.FromSeconds(10));
        pool.Pick(takesSlot: true).End(takesSlot: true, NodeOutcome.Unknown, null);
        Assert.NotNull(pool.Pick(takesSlot: true));
    }

    [Theory]
    [InlineData(true, 1)]
    [InlineData(false, 3)]
    public async Task AddressLeftAlone_IsCalledAgainInTime_ThoughTheClockIsPutBack(bool isBusy, int calls)
    {
        _clock.Offset = TimeSpan.FromHours(1);
        var pool = await OpenAsync(Small);
        for (var i = 0; i < calls; i++)
            pool.Pick(takesSlot: true).End(takesSlot: true, isBusy ? NodeOutcome.Busy : NodeOutcome.Failed, TimeSpan.FromSeconds(10));

        _clock.Offset = TimeSpan.Zero;
        Assert.Throws<VideoGrainException>(() => pool.Pick(takesSlot: true));

        _time.Advance(TimeSpan.FromSeconds(10));
        Assert.NotNull(pool.Pick(takesSlot: true));
    }

    [Fact]
    public async Task BrokenAddress_BreaksNoOther()
    {
        var pool = await OpenAsync(Small, Large);
        for (var i = 0; i < 8; i++)
        {
            var node = pool.Pick(takesSlot: true);
            node.End(takesSlot: true, node.Address.Host == "127.0.0.11" ? NodeOutcome.Failed : NodeOutcome.Answered, null);
        }

        Assert.All(Enumerable.Range(0, 5), _ => Assert.Equal("127.0.0.12", pool.Pick(takesSlot: true).Address.Host));
    }

    [Theory]
    [InlineData("dns:///[::1")]
    [InlineData("dns:///")]
    public void AddressWithoutAHost_IsNotFound_AndBreaksNothing(string address)
    {
        _pool = Open(new Uri(address), new FakeLookup(Small));

        Assert.Throws<VideoGrainException>(() => _pool.Pick(takesSlot: true));
    }

    private async Task<StagePool> OpenAsync(params IPAddress[] addresses)
    {
        _pool = Open(new Uri("dns:///stages.test:5083"), new FakeLookup(addresses));
        await _pool.Known.InTime();
        await Eventually.TrueAsync(() => _asked >= (addresses.Length > 1 ? addresses.Length : 0));
        return _pool;
    }

    private NodeStream<string> Read(StagePool pool, StageNode node) => new(new ShortStream(), new NodeCall(pool, node, takesSlot: true, TimeSpan.FromMinutes(10), _time));

    private volatile int _asked;

    private StagePool Open(Uri address, FakeLookup lookup) => new(
        "denoiser", address, secure: false, (node, _) => new StageNode(
            node, GrpcChannel.ForAddress(node),
            new ClientTelemetryInterceptor(new RpcInstruments(_services.GetRequiredService<IMeterFactory>(), OrchestratorHost.Description), _spans, _time), _options, _clock),
        AskAsync, lookup, _options, _time, NullLogger.Instance);

    // The answers come in the order of the addresses.
    private Task<StageLoad> AskAsync(CallInvoker invoker, CallOptions options)
    {
        var number = Interlocked.Increment(ref _asked);
        return Task.FromResult(_loads.GetValueOrDefault(number % 2 == 1 ? "127.0.0.11" : "127.0.0.12", new StageLoad(0, 1)));
    }

    /// <summary>One message, then the connection breaks.</summary>
    private sealed class ShortStream : IAsyncStreamReader<string>
    {
        private bool _begun;

        public string Current => "accepted";

        public Task<bool> MoveNext(CancellationToken cancellationToken) => _begun
            ? Task.FromException<bool>(new RpcException(new Status(StatusCode.Unavailable, "the connection was lost")))
            : Task.FromResult(_begun = true);
    }
}
