using Grpc.Core;
using Microsoft.Extensions.DependencyInjection;
using VideoGrain.Protos.V1;
using VideoGrain.ServiceDefaults.Errors;
using VideoGrain.ServiceDefaults.Hosting;
using VideoGrain.StageSupport;
using VideoGrain.Tensors;

namespace VideoGrain.Inversion.Tests;

/// <summary>Calls that end early or meet: cancellation, deadlines, a busy stage, shutdown.</summary>
public class CallLifetimeTests(InversionStage stage)
{
    private const uint ManySteps = 999;

    [Fact]
    public async Task Caller_Cancels_StageStopsAndServesTheNextCall()
    {
        var before = await stage.Server.MetricAsync("videograin_step_duration_seconds_count");
        using var cancellation = new CancellationTokenSource();
        using (var call = stage.Client.Invert(cancellationToken: cancellation.Token))
        {
            await BeginAsync(call, InversionStage.Header(ManySteps));
            await ReadUntilAsync(call, InvertResponse.PayloadOneofCase.Progress);
            await cancellation.CancelAsync();
            var error = await Assert.ThrowsAsync<RpcException>(() => InversionOutcome.ReadAsync(call).WaitAsync(StageServer.Patience));
            Assert.Equal(StatusCode.Cancelled, error.StatusCode);
        }

        var next = await InvertWhenFreeAsync();
        Assert.NotNull(next.Summary);
        Assert.True(await stage.Server.MetricAsync("videograin_step_duration_seconds_count") - before < ManySteps / 2);
    }

    [Fact]
    public async Task Deadline_Passes_CallEndsAndTheNextIsServed()
    {
        var error = await InversionStage.ErrorOfAsync(() => InversionStage.InvertAsync(
            stage.Client, InversionStage.Header(ManySteps), options: new CallOptions(deadline: DateTime.UtcNow.AddMilliseconds(700))));

        Assert.Equal(StatusCode.DeadlineExceeded, error.Code);
        Assert.NotNull((await InvertWhenFreeAsync()).Summary);
    }

    [Fact]
    public async Task SecondCall_WhileOneRuns_IsRefusedWithRetryInfo()
    {
        using var first = stage.Client.Invert();
        await first.RequestStream.WriteAsync(new InvertRequest { Header = InversionStage.Header() });
        await ReadUntilAsync(first, InvertResponse.PayloadOneofCase.Accepted);

        var error = await InversionStage.ErrorOfAsync(() => InversionStage.InvertAsync(stage.Client, InversionStage.Header()));

        Assert.Equal((StatusCode.ResourceExhausted, ErrorReasons.StageBusy), (error.Code, error.Reason));
        Assert.True(error.RetryAfter > TimeSpan.Zero);
        Assert.True((await stage.Client.GetCapabilitiesAsync(new())).Busy);
        var outcome = await InversionStage.SendAsync(first, TinyClip.PictureChunks().Select(InversionStage.Message));
        Assert.NotNull(outcome.Summary);
    }

    [Fact]
    public async Task Call_BeforeTheStartupWork_HasTheSlotAndTheStageIsReadyAfterIt()
    {
        var startup = new HeldStartup();
        await using var server = await StageServer.StartUnreadyAsync(
            (arguments, configure) => InversionHost.Build(arguments, builder =>
            {
                configure(builder);
                builder.Services.Insert(0, ServiceDescriptor.Singleton<IStartupWork>(startup));
            }),
            $"--Models:Root={StageServer.ModelsRoot}");
        using var call = new InversionService.InversionServiceClient(server.Channel).Invert();
        await call.RequestStream.WriteAsync(new InvertRequest { Header = InversionStage.Header() });
        await ReadUntilAsync(call, InvertResponse.PayloadOneofCase.Accepted);

        startup.GoOn();
        using (var patience = new CancellationTokenSource(StageServer.Patience))
        {
            while (await server.MetricAsync("videograin_models_available") == 0)
            {
                patience.Token.ThrowIfCancellationRequested();
                await Task.Yield();
            }
        }

        Assert.NotNull((await InversionStage.SendAsync(call, TinyClip.PictureChunks().Select(InversionStage.Message))).Summary);
        await server.App.Services.GetRequiredService<Readiness>().Started.WaitAsync(StageServer.Patience);
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
    public async Task Caller_ThatRests_IsToldSo()
    {
        await using var server = await StageServer.StartAsync(InversionHost.Build, "--Limits:IdleTimeout=00:00:00.200");
        var client = new InversionService.InversionServiceClient(server.Channel);
        using var call = client.Invert();
        await call.RequestStream.WriteAsync(new InvertRequest { Header = InversionStage.Header() });

        var error = await InversionStage.ErrorOfAsync(() => InversionOutcome.ReadAsync(call).WaitAsync(StageServer.Patience));

        Assert.Equal((StatusCode.DeadlineExceeded, ErrorReasons.StreamIdle), (error.Code, error.Reason));
        Assert.NotNull((await InversionStage.InvertAsync(client, InversionStage.Header())).Summary);
    }

    [Fact]
    public async Task Stream_BeyondItsLimits_IsRefused()
    {
        await using var server = await StageServer.StartAsync(InversionHost.Build, "--Limits:MaxStreamBytes=16000");
        var client = new InversionService.InversionServiceClient(server.Channel);

        var error = await InversionStage.ErrorOfAsync(() => InversionStage.InvertAsync(client, InversionStage.Header()));

        Assert.Equal((StatusCode.InvalidArgument, ErrorReasons.StreamTooLarge), (error.Code, error.Reason));
        Assert.Contains("16000", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Shutdown_DuringAJob_HandsOutTheLatentsToGoOnFrom()
    {
        var whole = await InversionStage.InvertAsync(stage.Client, InversionStage.Header(ManySteps / 5));
        var outcome = new InversionOutcome();
        await using (var server = await StageServer.StartAsync(InversionHost.Build))
        {
            using var call = new InversionService.InversionServiceClient(server.Channel).Invert();
            await BeginAsync(call, InversionStage.Header(ManySteps / 5));
            await ReadUntilAsync(call, InvertResponse.PayloadOneofCase.Progress);
            var stopping = server.App.StopAsync(TestContext.Current.CancellationToken);
            var error = await InversionStage.ErrorOfAsync(() => outcome.ReadToEndAsync(call).WaitAsync(StageServer.Patience));
            Assert.Equal((StatusCode.Unavailable, ErrorReasons.StageDraining), (error.Code, error.Reason));
            await stopping.WaitAsync(StageServer.Patience);
        }

        var done = Assert.Single(outcome.LatentSteps) + 1;
        var header = InversionStage.Header(ManySteps / 5);
        header.ResumeStepsDone = (uint)done;
        var resumed = await InversionStage.InvertAsync(
            stage.Client, header,
            TinyClip.PictureChunks().Concat(TinyClip.LatentChunks("checkpoint", outcome.LastLatents)).Select(InversionStage.Message));
        Assert.Equal(whole.LastLatents, resumed.LastLatents);
    }

    private static async Task BeginAsync(AsyncDuplexStreamingCall<InvertRequest, InvertResponse> call, InvertHeader header)
    {
        await call.RequestStream.WriteAsync(new InvertRequest { Header = header });
        foreach (var chunk in TinyClip.PictureChunks()) await call.RequestStream.WriteAsync(InversionStage.Message(chunk));
        await call.RequestStream.CompleteAsync();
    }

    private static async Task ReadUntilAsync(AsyncDuplexStreamingCall<InvertRequest, InvertResponse> call, InvertResponse.PayloadOneofCase wanted)
    {
        do Assert.True(await call.ResponseStream.MoveNext(TestContext.Current.CancellationToken).WaitAsync(StageServer.Patience));
        while (call.ResponseStream.Current.PayloadCase != wanted);
    }

    /// <summary>A cancelled job may need the rest of its step to leave the slot.</summary>
    private async Task<InversionOutcome> InvertWhenFreeAsync()
    {
        using var patience = new CancellationTokenSource(StageServer.Patience);
        while ((await stage.Client.GetCapabilitiesAsync(new(), cancellationToken: patience.Token)).Busy) await Task.Yield();
        return await InversionStage.InvertAsync(stage.Client, InversionStage.Header());
    }

    private async Task FailAsync(int calls)
    {
        for (var i = 0; i < calls; i++)
        {
            var error = await InversionStage.ErrorOfAsync(async () =>
            {
                using var call = stage.Client.Invert();
                var chunk = TinyClip.PictureChunks().Single();
                chunk.Crc32C ^= 1;
                await InversionStage.SendAsync(call, [new InvertRequest { Header = InversionStage.Header() }, InversionStage.Message(chunk)]);
            });
            Assert.Equal(ErrorReasons.ChunkChecksumMismatch, error.Reason);
        }
    }
}
