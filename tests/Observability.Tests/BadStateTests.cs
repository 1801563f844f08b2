using System.Net;
using Grpc.Core;
using Grpc.Net.Client;
using VideoGrain.Observability.Tests.Support;
using VideoGrain.Protos.V1;
using VideoGrain.ServiceDefaults.Errors;
using VideoGrain.ServiceDefaults.Security;

namespace VideoGrain.Observability.Tests;

/// <summary>Bad states that an operator meets, brought about for real: what probes, metrics and callers see, and the one alert that fires.</summary>
public sealed class BadStateTests(BrokenServices broken) : IClassFixture<BrokenServices>
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(BrokenServices.NoModels, "VideoGrainModelsMissing")]
    [InlineData(BrokenServices.DamagedModel, "VideoGrainStartupFailed")]
    [InlineData(BrokenServices.FolderInUse, "VideoGrainStartupFailed")]
    [InlineData(BrokenServices.DatabaseAway, "VideoGrainDatabaseDown")]
    [InlineData(BrokenServices.DiskFull, "VideoGrainDiskFull")]
    [InlineData(BrokenServices.CertificateExpired, "VideoGrainCertificateExpired")]
    [InlineData(BrokenServices.GpuLost, "VideoGrainGpuLost")]
    [InlineData(BrokenServices.QueueStuck, "VideoGrainQueueStuck")]
    public async Task State_FiresOneAlert(string state, string alert)
    {
        SkipWithoutDisk(state);
        await Waiting.UntilAsync(async () => (await FiringAsync(state)).Contains(alert), $"{alert} fires in {state}", Cancellation);

        Assert.Equal([alert], await FiringAsync(state));
    }

    [Fact]
    public async Task Stage_WithAnEmptyModelVolume_LivesAndSaysWhatIsMissing()
    {
        var service = broken.In[BrokenServices.NoModels];

        Assert.Equal(HttpStatusCode.OK, (await service.ProbeAsync("/livez")).Status);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await service.ProbeAsync("/readyz")).Status);
        var (status, reason) = await service.ProbeAsync("/startupz");
        Assert.Equal(HttpStatusCode.ServiceUnavailable, status);
        Assert.Contains("holds no model", reason, StringComparison.Ordinal);
        Assert.Equal((0, 1), (await service.MetricAsync("videograin_models_available", ""), await service.MetricAsync("videograin_service_state", "state=\"failed\"")));
    }

    [Fact]
    public async Task Stage_WhoseModelIsDamaged_NamesTheFile()
    {
        var service = broken.In[BrokenServices.DamagedModel];

        Assert.Contains("safetensors", (await service.ProbeAsync("/startupz")).Text, StringComparison.Ordinal);
        Assert.Equal((1, 1), (await service.MetricAsync("videograin_models_available", ""), await service.MetricAsync("videograin_service_state", "state=\"failed\"")));
    }

    [Fact]
    public async Task Orchestrator_OnAFolderInUse_LivesAndSaysSo()
    {
        var service = broken.In[BrokenServices.FolderInUse];

        Assert.Equal(HttpStatusCode.OK, (await service.ProbeAsync("/livez")).Status);
        Assert.Contains("orchestrator.lock", (await service.ProbeAsync("/startupz")).Text, StringComparison.Ordinal);
        Assert.Equal(1, await service.MetricAsync("videograin_service_state", "state=\"failed\""));
    }

    [Fact]
    public async Task Orchestrator_WhoseDatabaseWentAway_LivesButIsNotReady()
    {
        var service = broken.In[BrokenServices.DatabaseAway];

        await Waiting.UntilAsync(async () => (await service.ProbeAsync("/readyz")).Text.Contains("the database does not answer", StringComparison.Ordinal), "it is not ready", Cancellation);
        Assert.Equal(HttpStatusCode.OK, (await service.ProbeAsync("/livez")).Status);
        Assert.Equal(0, await service.MetricAsync("videograin_database_up", ""));
        Assert.NotEqual(0, await service.MetricAsync("videograin_database_errors_total", ""));
    }

    [Fact]
    public async Task Orchestrator_OnAFullDisk_RefusesSubmissionsAndServesTheRest()
    {
        SkipWithoutDisk(BrokenServices.DiskFull);
        var (service, client) = (broken.In[BrokenServices.DiskFull], broken.Client(BrokenServices.DiskFull));

        var refusal = await Assert.ThrowsAsync<RpcException>(() => Edits.SubmitAsync(client, seed: 1, Cancellation));
        var left = await client.ListEditsAsync(new ListEditsRequest(), cancellationToken: Cancellation);

        var error = VideoGrainException.FromRpcException(refusal);
        Assert.Equal((StatusCode.ResourceExhausted, "STORAGE_FULL"), (error.Code, error.Reason));
        Assert.NotNull(error.RetryAfter);
        Assert.Empty(left.Edits);
        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.OK), ((await service.ProbeAsync("/livez")).Status, (await service.ProbeAsync("/readyz")).Status));
        Assert.Equal(1, await service.MetricAsync("videograin_jobs_refused_total", "reason=\"STORAGE_FULL\""));
        Assert.Equal(new DriveInfo(broken.Disk!.Path).TotalSize, await service.MetricAsync("videograin_storage_bytes", "kind=\"total\""));
        Assert.Equal(0, await service.MetricAsync("videograin_storage_bytes", "kind=\"available\""));
        foreach (var folder in (string[])["scratch", "artifacts"])
            Assert.All(Directory.GetFiles(Path.Combine(broken.Disk.Path, folder), "*", SearchOption.AllDirectories), file => Assert.EndsWith(".lock", file, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Orchestrator_OnAHealthyDisk_TellsItsRoom()
    {
        var (service, disk) = (broken.In[BrokenServices.QueueStuck], new DriveInfo(Path.GetTempPath()));

        Assert.Equal(disk.TotalSize, await service.MetricAsync("videograin_storage_bytes", "kind=\"total\""));
        Assert.InRange(await service.MetricAsync("videograin_storage_bytes", "kind=\"available\""), 1, disk.TotalSize);
    }

    [Fact]
    public async Task Service_WhoseCertificateExpired_IsRefusedByItsCallers()
    {
        var service = broken.In[BrokenServices.CertificateExpired];
        var authorities = CertificateAuthorities.FromPem(await File.ReadAllTextAsync(broken.CertificatePath, Cancellation));
        using var handler = new SocketsHttpHandler();
        handler.SslOptions.RemoteCertificateValidationCallback = (_, certificate, chain, errors) => authorities.AcceptsServer(certificate, chain, errors);
        using var channel = GrpcChannel.ForAddress(service.Grpc, new GrpcChannelOptions { HttpHandler = handler });

        var refusal = await Assert.ThrowsAsync<RpcException>(async () =>
            await new SegmentationService.SegmentationServiceClient(channel).GetCapabilitiesAsync(new(), cancellationToken: Cancellation));

        // Which of the two it is, the gRPC library decides; the orchestrator goes by the cause.
        Assert.True(refusal.StatusCode is StatusCode.Unavailable or StatusCode.Internal, refusal.Status.ToString());
        Assert.IsType<HttpRequestException>(refusal.Status.DebugException);
        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.OK), ((await service.ProbeAsync("/livez")).Status, (await service.ProbeAsync("/readyz")).Status));
        Assert.InRange(await service.MetricAsync("videograin_certificate_expiry_timestamp_seconds", "purpose=\"server\""), 1, DateTimeOffset.UtcNow.ToUnixTimeSeconds());
    }

    [Fact]
    public async Task Stage_ThatLostItsDevice_EndsItsJobTakesNoMoreAndAsksForARestart()
    {
        var service = broken.In[BrokenServices.GpuLost];
        Assert.Equal((EditState.Failed, ErrorReasons.GpuLost, true), (broken.Interrupted.State, broken.Interrupted.Failure.Reason, broken.Interrupted.Failure.DeadLetter));
        var tried = broken.Engine.OperationsSince;

        using var channel = GrpcChannel.ForAddress(service.Grpc);
        using var call = new InversionService.InversionServiceClient(channel).Invert(cancellationToken: Cancellation);
        await call.RequestStream.WriteAsync(new InvertRequest { Header = new InvertHeader() }, Cancellation);
        var refusal = await Assert.ThrowsAsync<RpcException>(() => call.ResponseStream.MoveNext(Cancellation));

        Assert.Equal(ErrorReasons.GpuLost, VideoGrainException.FromRpcException(refusal).Reason);
        Assert.Equal(tried, broken.Engine.OperationsSince);
        var (status, reason) = await service.ProbeAsync("/livez");
        Assert.Equal((HttpStatusCode.ServiceUnavailable, HttpStatusCode.ServiceUnavailable), (status, (await service.ProbeAsync("/readyz")).Status));
        Assert.Contains("device was lost", reason, StringComparison.Ordinal);
        Assert.NotEqual(0, await service.MetricAsync("videograin_gpu_lost_total", ""));
    }

    private void SkipWithoutDisk(string state) => Assert.SkipWhen(
        state == BrokenServices.DiskFull && broken.Disk is null, "A full disk needs one that can be filled: mounting a file system is not allowed here.");

    // The disk of this machine is not the services'.
    private async Task<IEnumerable<string>> FiringAsync(string state) =>
        from series in await broken.Prometheus.QueryAsync($"ALERTS{{namespace=\"{state}\",alertstate=\"firing\"}}", Cancellation)
        let alert = series.Labels["alertname"]
        where state == BrokenServices.DiskFull || !alert.StartsWith("VideoGrainDisk", StringComparison.Ordinal)
        orderby alert
        select alert;
}
