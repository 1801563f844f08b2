using Grpc.Core;
using Grpc.Net.Client;
using VideoGrain.Orchestrator.Scaling.Protos;
using VideoGrain.Orchestrator.Tests.Fakes;
using VideoGrain.Orchestrator.Tests.Support;
using VideoGrain.Protos.V1;
using VideoGrain.ServiceDefaults.Hosting;

namespace VideoGrain.Orchestrator.Tests.Scaling;

/// <summary>The orchestrator as KEDA sees it, over real gRPC.</summary>
public sealed class ScalerTests : IAsyncLifetime
{
    private readonly TempFolder _data = new();
    private FakeStages _stages = null!;

    public async ValueTask InitializeAsync() => _stages = await FakeStages.StartAsync();

    public async ValueTask DisposeAsync()
    {
        await _stages.DisposeAsync();
        _data.Dispose();
    }

    [Theory]
    [InlineData("inverting")]
    [InlineData("denoising")]
    public async Task EmptyQueue_IsInactive_AndWorthNothing(string stage)
    {
        await using var orchestrator = await StartAsync();
        using var keda = new Keda(orchestrator);

        Assert.False((await keda.Client.IsActiveAsync(Keda.Of(stage), cancellationToken: Bounded.Token)).Result);
        var spec = Assert.Single((await keda.Client.GetMetricSpecAsync(Keda.Of(stage), cancellationToken: Bounded.Token)).MetricSpecs);
        Assert.Equal(($"gpu-seconds-{stage}", 90L, 90.0), (spec.MetricName, spec.TargetSize, spec.TargetSizeFloat));
        Assert.Equal(0, (await keda.ValueAsync(stage)).MetricValueFloat);
    }

    [Fact]
    public async Task Metric_IsTheQueuedWorkInGpuSeconds()
    {
        await using var orchestrator = await StartAsync("--Worker:Parallelism=0", "--Scaling:AssumedTeraflops=0.000001");
        using var keda = new Keda(orchestrator);
        await orchestrator.SubmitAsync(Edits.Specification());
        var one = await keda.ValueAsync("denoising");
        await orchestrator.SubmitAsync(Edits.Specification());
        var two = await keda.ValueAsync("denoising");

        Assert.Equal("gpu-seconds-denoising", one.MetricName);
        Assert.True(one.MetricValueFloat > 1);
        Assert.Equal(2 * one.MetricValueFloat, two.MetricValueFloat, 6);
        Assert.Equal((long)Math.Ceiling(two.MetricValueFloat), two.MetricValue_);

        // 8 steps of two branches against 6 of one.
        Assert.InRange(two.MetricValueFloat / (await keda.ValueAsync("inverting")).MetricValueFloat, 2, 3.5);
    }

    [Fact]
    public async Task Metric_IsExportedToPrometheus()
    {
        await using var orchestrator = await StartAsync("--Worker:Parallelism=0", "--Scaling:AssumedTeraflops=0.000001");
        using var keda = new Keda(orchestrator);
        await orchestrator.SubmitAsync(Edits.Specification());
        var told = (await keda.ValueAsync("denoising")).MetricValueFloat;
        using var http = new HttpClient();
        var scraped = (await http.GetStringAsync(new Uri(orchestrator.Http, "metrics"), Bounded.Token))
            .Split('\n').Single(line => line.StartsWith("videograin_gpu_backlog_seconds{", StringComparison.Ordinal) && line.Contains("stage=\"denoising\"", StringComparison.Ordinal));

        Assert.Equal(told, double.Parse(scraped.Split(' ')[1], System.Globalization.CultureInfo.InvariantCulture), 6);
    }

    [Fact]
    public async Task Stream_SaysAtOnceHowItStands_AndPushesEveryChange()
    {
        var release = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _stages.Script.BeforeStep = (_, _, context) => release.Task.WaitAsync(context.CancellationToken);
        await using var orchestrator = await StartAsync();
        using var keda = new Keda(orchestrator);
        using var call = keda.Client.StreamIsActive(Keda.Of("denoising"), cancellationToken: Bounded.Token);

        Assert.False(await NextAsync(call));
        await orchestrator.SubmitAsync(Edits.Specification());
        Assert.True(await NextAsync(call));
        release.SetResult();
        Assert.False(await NextAsync(call));
    }

    [Fact]
    public async Task Stream_IsToldOfASubmitWithoutPolling()
    {
        await using var orchestrator = await StartAsync("--Worker:Parallelism=0", "--Scaling:PollInterval=01:00:00");
        using var keda = new Keda(orchestrator);
        using var call = keda.Client.StreamIsActive(Keda.Of("inverting"), cancellationToken: Bounded.Token);

        Assert.False(await NextAsync(call));
        await orchestrator.SubmitAsync(Edits.Specification());
        Assert.True(await NextAsync(call));
    }

    [Fact]
    public async Task RunningJob_KeepsItsStageActive()
    {
        var reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var release = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _stages.Script.BeforeStep = async (stage, step, context) =>
        {
            if (stage != "denoiser" || step < 6)
                return;

            reached.TrySetResult();
            await release.Task.WaitAsync(context.CancellationToken);
        };
        await using var orchestrator = await StartAsync();
        using var keda = new Keda(orchestrator);
        var edit = await orchestrator.SubmitAsync(Edits.Specification());
        await reached.Task.InTime();

        Assert.InRange((await keda.ValueAsync("denoising")).MetricValueFloat, 90, double.MaxValue);
        Assert.Equal(0, (await keda.ValueAsync("inverting")).MetricValueFloat);
        release.SetResult();
        Assert.Equal(EditState.Succeeded, (await orchestrator.FinishAsync(edit.Edit.Id)).State);
        Assert.Equal(0, (await keda.ValueAsync("denoising")).MetricValueFloat);
    }

    [Fact]
    public async Task CancelledStream_Ends_AndTheServiceGoesOn()
    {
        await using var orchestrator = await StartAsync();
        using var keda = new Keda(orchestrator);
        using var cancellation = new CancellationTokenSource();
        using var call = keda.Client.StreamIsActive(Keda.Of("denoising"), cancellationToken: cancellation.Token);
        Assert.False(await NextAsync(call));

        await cancellation.CancelAsync();

        var error = await Assert.ThrowsAsync<RpcException>(() => NextAsync(call));
        Assert.Equal(StatusCode.Cancelled, error.StatusCode);
        Assert.False((await keda.Client.IsActiveAsync(Keda.Of("denoising"), cancellationToken: Bounded.Token)).Result);
    }

    [Fact]
    public async Task Shutdown_SendsTheListenerToAnotherReplica()
    {
        await using var orchestrator = await StartAsync();
        using var keda = new Keda(orchestrator);
        using var call = keda.Client.StreamIsActive(Keda.Of("denoising"), cancellationToken: Bounded.Token);
        Assert.False(await NextAsync(call));

        var stopping = orchestrator.StopAsync();

        Assert.Equal(StatusCode.Unavailable, (await Assert.ThrowsAsync<RpcException>(() => NextAsync(call))).StatusCode);
        await stopping;
    }

    [Theory]
    [InlineData("")]
    [InlineData("encoding")]
    public async Task StageWithoutAGpu_IsRefusedWithTheKnownOnes(string stage)
    {
        await using var orchestrator = await StartAsync();
        using var keda = new Keda(orchestrator);

        var error = await Assert.ThrowsAsync<RpcException>(() => keda.Client.IsActiveAsync(Keda.Of(stage), cancellationToken: Bounded.Token).ResponseAsync);

        Assert.Equal("InvalidArgument FIELD_INVALID: scalerMetadata.stage: must be one of: inverting, denoising", Errors.Describe(error));
    }

    [Fact]
    public async Task Keda_NeedsNoCredentials_WhereCallersDo()
    {
        await using var orchestrator = await StartAsync($"--Auth:Callers:studio:KeySha256={new string('0', 64)}");
        using var keda = new Keda(orchestrator);

        Assert.False((await keda.Client.IsActiveAsync(Keda.Of("denoising"), cancellationToken: Bounded.Token)).Result);
        var error = await Assert.ThrowsAsync<RpcException>(() => orchestrator.Client.ListEditsAsync(new ListEditsRequest(), cancellationToken: Bounded.Token).ResponseAsync);
        Assert.Equal(StatusCode.Unauthenticated, error.StatusCode);
    }

    [Fact]
    public async Task Scaler_IsNotServedUnasked()
    {
        await using var orchestrator = await RunningOrchestrator.StartAsync(_data, _stages.Address);
        using var keda = new Keda(orchestrator);

        var error = await Assert.ThrowsAsync<RpcException>(() => keda.Client.IsActiveAsync(Keda.Of("denoising"), cancellationToken: Bounded.Token).ResponseAsync);

        Assert.Equal(StatusCode.Unimplemented, error.StatusCode);
    }

    private Task<RunningOrchestrator> StartAsync(params string[] settings) => RunningOrchestrator.StartAsync(
        _data, _stages.Address, ["--Scaling:ServeKeda=true", "--Scaling:TargetSeconds=90", "--Scaling:PollInterval=00:00:00.050", .. settings]);

    private static async Task<bool> NextAsync(AsyncServerStreamingCall<IsActiveResponse> call)
    {
        Assert.True(await call.ResponseStream.MoveNext(Bounded.Token).InTime());
        return call.ResponseStream.Current.Result;
    }

    private sealed class Keda : IDisposable
    {
        private readonly GrpcChannel _channel;

        public Keda(RunningOrchestrator orchestrator)
        {
            _channel = GrpcChannel.ForAddress(orchestrator.App.GetEndpoints().Grpc);
            Client = new ExternalScaler.ExternalScalerClient(_channel);
        }

        public ExternalScaler.ExternalScalerClient Client { get; }

        public static ScaledObjectRef Of(string stage) =>
            new() { Name = "videograin", Namespace = "videograin", ScalerMetadata = { ["scalerAddress"] = "orchestrator:5080", ["stage"] = stage } };

        public async Task<MetricValue> ValueAsync(string stage) => Assert.Single((await Client.GetMetricsAsync(
            new GetMetricsRequest { ScaledObjectRef = Of(stage), MetricName = $"gpu-seconds-{stage}" }, cancellationToken: Bounded.Token)).MetricValues);

        public void Dispose() => _channel.Dispose();
    }
}
