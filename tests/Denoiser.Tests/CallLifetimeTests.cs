using Grpc.Core;
using Microsoft.Extensions.DependencyInjection;
using VideoGrain.Protos.V1;
using VideoGrain.ServiceDefaults.Errors;
using VideoGrain.ServiceDefaults.Streaming;
using VideoGrain.StageSupport;
using VideoGrain.Tensors;

namespace VideoGrain.Denoiser.Tests;

/// <summary>Calls that end early or meet: cancellation, deadlines, a busy stage, shutdown.</summary>
public class CallLifetimeTests(DenoiserStage stage)
{
    private const uint ManySteps = 600;

    [Fact]
    public async Task Caller_Cancels_StageStopsAndServesTheNextCall()
    {
        var before = await stage.Server.MetricAsync("videograin_step_duration_seconds_count");
        using (var call = stage.Client.Denoise())
        {
            await BeginAsync(call, DenoiserStage.Header(ManySteps));
            await ReadUntilAsync(call, DenoiseResponse.PayloadOneofCase.Progress);
        }

        Assert.NotNull((await DenoiseWhenFreeAsync()).Summary);
        Assert.True(await stage.Server.MetricAsync("videograin_step_duration_seconds_count") - before < ManySteps / 2);
    }

    [Fact]
    public async Task Deadline_Passes_CallEndsAndTheNextIsServed()
    {
        var error = await DenoiserStage.ErrorOfAsync(() => DenoiserStage.DenoiseAsync(
            stage.Client, DenoiserStage.Header(ManySteps), options: new CallOptions(deadline: DateTime.UtcNow.AddMilliseconds(700))));

        Assert.Equal(StatusCode.DeadlineExceeded, error.Code);
        Assert.NotNull((await DenoiseWhenFreeAsync()).Summary);
    }

    [Fact]
    public async Task SecondCall_WhileOneRuns_IsRefusedWithRetryInfo()
    {
        using var first = stage.Client.Denoise();
        await first.RequestStream.WriteAsync(new DenoiseRequest { Header = DenoiserStage.Header() });
        await ReadUntilAsync(first, DenoiseResponse.PayloadOneofCase.Accepted);

        var error = await DenoiserStage.ErrorOfAsync(() => DenoiserStage.DenoiseAsync(stage.Client, DenoiserStage.Header()));

        Assert.Equal((StatusCode.ResourceExhausted, ErrorReasons.StageBusy), (error.Code, error.Reason));
        Assert.True(error.RetryAfter > TimeSpan.Zero);
        Assert.NotNull((await DenoiserStage.SendAsync(first, DenoiserStage.Chunks().Select(DenoiserStage.Message))).Summary);
    }

    [Fact]
    public async Task NextCall_WhileTheResultOfOneIsNotRead_IsServed()
    {
        // More frames than the connection takes without a reader.
        const int Frames = 96;
        var header = DenoiserStage.Header(2);
        header.Geometry.FrameCount = Frames;
        long[] shape = [Frames, .. TinyClip.LatentShape[1..]];
        float[] Noise(int seed) => [.. Enumerable.Range(seed, Frames / TinyClip.Frames).SelectMany(TinyClip.Noise)];
        using var unread = stage.Client.Denoise();
        await unread.RequestStream.WriteAsync(new DenoiseRequest { Header = header });
        IEnumerable<TensorChunk> chunks =
        [
            .. TensorChunks.Split("latents", shape, Noise(1)), .. TensorChunks.Split("source_mean", shape, Noise(100)),
            .. TinyClip.MaskChunks(frames: Frames),
        ];
        foreach (var chunk in chunks) await unread.RequestStream.WriteAsync(DenoiserStage.Message(chunk));
        await unread.RequestStream.CompleteAsync();
        do await ReadUntilAsync(unread, DenoiseResponse.PayloadOneofCase.Progress);
        while (unread.ResponseStream.Current.Progress is { } progress && progress.StepsDone < progress.StepCount);

        var next = await DenoiserStage.DenoiseAsync(stage.Client, DenoiserStage.Header());

        Assert.NotNull(next.Summary);
        var outcome = new DenoiseOutcome();
        await outcome.ReadToEndAsync(unread).WaitAsync(StageServer.Patience);
        Assert.Equal(Frames * TinyClip.Side * TinyClip.Side * 3, outcome.Tensors.Bytes("frames").Length);
        Assert.NotNull(outcome.Summary);
    }

    [Fact]
    public async Task FailingCalls_ByTheHundred_LeaveNoMemoryBehind()
    {
        var engine = stage.Server.App.Services.GetRequiredService<IEngine>();
        await FailAsync(20);
        var (managed, activations) = (GC.GetTotalMemory(forceFullCollection: true), engine.BytesInUse);

        await FailAsync(200);

        Assert.Equal(activations, engine.BytesInUse);
        Assert.InRange(GC.GetTotalMemory(forceFullCollection: true) - managed, long.MinValue, 4 << 20);
    }

    [Fact]
    public async Task Shutdown_DuringAJob_HandsOutTheCheckpointToGoOnFrom()
    {
        const uint steps = 150;
        var whole = await DenoiserStage.DenoiseAsync(stage.Client, DenoiserStage.Header(steps));
        var outcome = new DenoiseOutcome();
        await using (var server = await StageServer.StartAsync(DenoiserHost.Build))
        {
            using var call = new DenoiserService.DenoiserServiceClient(server.Channel).Denoise();
            await BeginAsync(call, DenoiserStage.Header(steps));
            await ReadUntilAsync(call, DenoiseResponse.PayloadOneofCase.Progress);
            var stopping = server.App.StopAsync();
            var error = await DenoiserStage.ErrorOfAsync(() => outcome.ReadToEndAsync(call).WaitAsync(StageServer.Patience));
            Assert.Equal((StatusCode.Unavailable, ErrorReasons.StageDraining), (error.Code, error.Reason));
            await stopping.WaitAsync(StageServer.Patience);
        }

        var step = Assert.Single(outcome.Checkpoints.Names);
        var header = DenoiserStage.Header(steps);
        header.ResumeStepsDone = uint.Parse(step) + 1;
        var resumed = await DenoiserStage.DenoiseAsync(
            stage.Client, header, DenoiserStage.Chunks().Concat(TinyClip.LatentChunks("checkpoint", outcome.Checkpoints.Floats(step))));
        Assert.Equal(whole.Tensors.Bytes("frames"), resumed.Tensors.Bytes("frames"));
    }

    private static async Task BeginAsync(AsyncDuplexStreamingCall<DenoiseRequest, DenoiseResponse> call, DenoiseHeader header)
    {
        await call.RequestStream.WriteAsync(new DenoiseRequest { Header = header });
        foreach (var chunk in DenoiserStage.Chunks()) await call.RequestStream.WriteAsync(DenoiserStage.Message(chunk));
        await call.RequestStream.CompleteAsync();
    }

    private static async Task ReadUntilAsync(AsyncDuplexStreamingCall<DenoiseRequest, DenoiseResponse> call, DenoiseResponse.PayloadOneofCase wanted)
    {
        do Assert.True(await call.ResponseStream.MoveNext(TestContext.Current.CancellationToken).WaitAsync(StageServer.Patience));
        while (call.ResponseStream.Current.PayloadCase != wanted);
    }

    /// <summary>A cancelled job may need the rest of its step to leave the slot.</summary>
    private async Task<DenoiseOutcome> DenoiseWhenFreeAsync()
    {
        using var patience = new CancellationTokenSource(StageServer.Patience);
        while ((await stage.Client.GetCapabilitiesAsync(new(), cancellationToken: patience.Token)).Busy) await Task.Yield();
        return await DenoiserStage.DenoiseAsync(stage.Client, DenoiserStage.Header());
    }

    private async Task FailAsync(int calls)
    {
        for (var i = 0; i < calls; i++)
        {
            var chunks = DenoiserStage.Chunks().ToList();
            chunks[^1].Crc32C ^= 1;
            var error = await DenoiserStage.ErrorOfAsync(() => DenoiserStage.DenoiseAsync(stage.Client, DenoiserStage.Header(), chunks));
            Assert.Equal(ErrorReasons.ChunkChecksumMismatch, error.Reason);
        }
    }
}
