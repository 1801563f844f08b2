using Grpc.Core;
using VideoGrain.Protos.V1;
using VideoGrain.Segmentation.Tests.Support;

namespace VideoGrain.Segmentation.Tests.Calls;

/// <summary>A model whose run takes hours: it must end with the call that wanted it.</summary>
public sealed class EndlessRunTests : IAsyncLifetime
{
    private static readonly TimeSpan Short = TimeSpan.FromSeconds(2);

    private readonly TestModels _models = new();
    private SegmentationFixture _service = null!;

    public async ValueTask InitializeAsync()
    {
        _models.Install("endless", ToyModels.Endless(), ToyModels.ColoursProfile("endless"));
        _service = new SegmentationFixture($"--Segmentation:ModelsDirectory={_models.Folder}", "--Segmentation:MaxConcurrentJobs=1", "--Segmentation:ModelThreads=1");
        await _service.InitializeAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _service.DisposeAsync();
        _models.Dispose();
    }

    [Fact]
    public async Task SegmentVideo_CancelledWithinARun_EndsTheRun()
    {
        using var cancel = new CancellationTokenSource();
        using var call = _service.Client.SegmentVideo(deadline: SegmentationFixture.Deadline, cancellationToken: cancel.Token);
        await SendAsync(call);
        await _service.UntilAsync(busy: true);

        await cancel.CancelAsync();

        Assert.Equal(StatusCode.Cancelled, (await Assert.ThrowsAsync<RpcException>(() => call.ResponseStream.MoveNext(CancellationToken.None))).StatusCode);

        // The slot is free only when the computing thread is done.
        await _service.UntilAsync(busy: false);
    }

    [Fact]
    public async Task SegmentVideo_DeadlineWithinARun_EndsTheRun()
    {
        using var call = _service.Client.SegmentVideo(deadline: DateTime.UtcNow + Short);
        await SendAsync(call);

        Assert.Equal(StatusCode.DeadlineExceeded, (await Assert.ThrowsAsync<RpcException>(() => call.ResponseStream.MoveNext(CancellationToken.None))).StatusCode);

        await _service.UntilAsync(busy: false);
    }

    private static async Task SendAsync(AsyncDuplexStreamingCall<SegmentVideoRequest, SegmentVideoResponse> call)
    {
        var header = TestClip.Header(("a", new RegionSource { ObjectClass = new ClassQuery { Name = "green" } }));
        await call.SendAsync([new() { Header = header }, .. TestClip.FramesTensor.Chunks().Select(c => new SegmentVideoRequest { Tensor = c })]);
    }
}
