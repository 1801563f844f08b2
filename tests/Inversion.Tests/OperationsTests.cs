using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Grpc.Core;
using Grpc.Health.V1;
using Grpc.Net.Client;
using Grpc.Reflection.V1Alpha;
using Microsoft.Extensions.DependencyInjection;
using VideoGrain.Protos.V1;
using VideoGrain.ServiceDefaults.Errors;
using VideoGrain.ServiceDefaults.Hosting;
using VideoGrain.StageSupport;
using VideoGrain.Tensors;

namespace VideoGrain.Inversion.Tests;

/// <summary>What operators and callers can ask a running stage.</summary>
public class OperationsTests(InversionStage stage)
{
    [Theory]
    [InlineData("/livez")]
    [InlineData("/healthz")]
    [InlineData("/readyz")]
    [InlineData("/startupz")]
    public async Task Probe_OfAReadyService_IsOk(string path)
    {
        using var response = await stage.Server.Http.GetAsync(path, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    [Theory]
    [InlineData("")]
    [InlineData("ready")]
    [InlineData("startup")]
    [InlineData("liveness")]
    [InlineData("videograin.v1.InversionService")]
    public async Task GrpcHealth_OfAReadyService_IsServing(string service)
    {
        var health = new Health.HealthClient(stage.Server.Channel);
        var response = await health.CheckAsync(new HealthCheckRequest { Service = service }, cancellationToken: TestContext.Current.CancellationToken);
        Assert.Equal(HealthCheckResponse.Types.ServingStatus.Serving, response.Status);
    }

    [Fact]
    public async Task Service_WithoutItsModel_LivesButIsNotReady()
    {
        await using var server = await StageServer.StartUnreadyAsync(InversionHost.Build, "--Models:Root=/nonexistent");
        var readiness = server.App.Services.GetRequiredService<Readiness>();
        await Assert.ThrowsAsync<InvalidOperationException>(() => readiness.Started.WaitAsync(StageServer.Patience));

        using var live = await server.Http.GetAsync("/livez", TestContext.Current.CancellationToken);
        using var ready = await server.Http.GetAsync("/readyz", TestContext.Current.CancellationToken);
        using var started = await server.Http.GetAsync("/startupz", TestContext.Current.CancellationToken);

        Assert.Equal(
            (HttpStatusCode.OK, HttpStatusCode.ServiceUnavailable, HttpStatusCode.ServiceUnavailable),
            (live.StatusCode, ready.StatusCode, started.StatusCode));
        Assert.Single(server.TakeErrors());
    }

    [Fact]
    public async Task Metrics_AfterAJob_TellStepsBytesAndCalls()
    {
        await InversionStage.InvertAsync(stage.Client, InversionStage.Header(steps: 2));

        Assert.NotEqual(0, await stage.Server.MetricAsync("videograin_step_duration_seconds_count"));
        Assert.NotEqual(0, await stage.Server.MetricAsync("videograin_stage_duration_seconds_count"));
        Assert.NotEqual(0, await stage.Server.MetricAsync("videograin_stream_bytes_total"));
        Assert.NotEqual(0, await stage.Server.MetricAsync("videograin_frames_processed_total"));
        Assert.NotEqual(0, await stage.Server.MetricAsync("videograin_model_load_seconds_count"));
        Assert.NotEqual(0, await stage.Server.MetricAsync("rpc_server_call_duration_seconds_count"));
        Assert.NotEqual(0, await stage.Server.MetricAsync("videograin_gpu_memory_bytes"));
        Assert.Equal(1, await stage.Server.MetricAsync("videograin_build_info"));
    }

    [Fact]
    public async Task Capabilities_TellModelsLimitsProfilesAndBuild()
    {
        var answer = await stage.Client.GetCapabilitiesAsync(new(), cancellationToken: TestContext.Current.CancellationToken);

        var model = Assert.Single(answer.Models);
        Assert.Equal(("tiny-a", true, true, 8u, 77u), (model.Name, model.IsDefault, model.Loaded, model.PixelsPerLatent, model.MaxTokens));
        Assert.Equal([ControlType.Default], model.ControlTypes);
        Assert.Equal((256u, 1u, 1048576u), (answer.Limits.MaxFrames, answer.Limits.MaxConcurrentJobs, answer.Limits.MaxChunkBytes));
        Assert.Equal([Profile.Published, Profile.Corrected], answer.Profiles.Select(entry => entry.Profile));
        Assert.NotEmpty(answer.Build.Version);
        var engine = stage.Server.App.Services.GetRequiredService<IEngine>();
        Assert.Equal((engine.Name, engine.Device), (answer.Build.Engine, answer.Build.Device));
#if !CUDA
        Assert.Equal("1 thread", answer.Build.Device);
#endif
    }

    [Fact]
    public async Task Caller_WithAndWithoutKey_IsAdmittedAndRefused()
    {
        const string key = "open sesame";
        var hash = Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(key)));
        await using var server = await StageServer.StartAsync(InversionHost.Build, $"--Auth:Callers:alice:KeySha256={hash}");
        var client = new InversionService.InversionServiceClient(server.Channel);

        var missing = await InversionStage.ErrorOfAsync(async () => await client.GetCapabilitiesAsync(new()));
        var wrong = await InversionStage.ErrorOfAsync(async () => await client.GetCapabilitiesAsync(new(), new Metadata { { "x-api-key", "open barley" } }));
        await client.GetCapabilitiesAsync(new(), new Metadata { { "x-api-key", key } });
        await client.GetCapabilitiesAsync(new(), new Metadata { { "authorization", "Bearer " + key } });
        await new Health.HealthClient(server.Channel).CheckAsync(new HealthCheckRequest(), cancellationToken: TestContext.Current.CancellationToken);

        Assert.Equal((StatusCode.Unauthenticated, ErrorReasons.CredentialsMissing), (missing.Code, missing.Reason));
        Assert.Equal((StatusCode.Unauthenticated, ErrorReasons.CredentialsInvalid), (wrong.Code, wrong.Reason));
    }

    [Fact]
    public async Task Reflection_ListsTheService()
    {
        using var call = new ServerReflection.ServerReflectionClient(stage.Server.Channel).ServerReflectionInfo();
        await call.RequestStream.WriteAsync(new ServerReflectionRequest { ListServices = "" });
        Assert.True(await call.ResponseStream.MoveNext(TestContext.Current.CancellationToken).WaitAsync(StageServer.Patience));
        var services = call.ResponseStream.Current.ListServicesResponse.Service.Select(service => service.Name);
        await call.RequestStream.CompleteAsync();

        Assert.Contains("videograin.v1.InversionService", services);
    }

    [Fact]
    public async Task Service_WithACertificate_SpeaksTls()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var certificate = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256)
            .CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        var folder = Directory.CreateTempSubdirectory("tls");
        try
        {
            var (chain, secret) = (Path.Combine(folder.FullName, "tls.crt"), Path.Combine(folder.FullName, "tls.key"));
            await File.WriteAllTextAsync(chain, certificate.ExportCertificatePem());
            await File.WriteAllTextAsync(secret, key.ExportPkcs8PrivateKeyPem());
            await using var server = await StageServer.StartAsync(
                InversionHost.Build, $"--Endpoints:CertificatePath={chain}", $"--Endpoints:CertificateKeyPath={secret}");
            using var handler = new SocketsHttpHandler();
            handler.SslOptions.RemoteCertificateValidationCallback = (_, presented, _, _) => presented?.GetCertHashString() == certificate.GetCertHashString();
            using var channel = GrpcChannel.ForAddress(server.App.GetEndpoints().Grpc, new GrpcChannelOptions { HttpHandler = handler });

            var answer = await new InversionService.InversionServiceClient(channel).GetCapabilitiesAsync(new());

            Assert.Equal("https", server.App.GetEndpoints().Grpc.Scheme);
            Assert.NotEmpty(answer.Models);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public async Task Service_WhoseCollectorIsAway_ServesAllTheSame()
    {
        await using var server = await StageServer.StartAsync(InversionHost.Build, "--Telemetry:OtlpEndpoint=http://127.0.0.1:9");
        var outcome = await InversionStage.InvertAsync(new InversionService.InversionServiceClient(server.Channel), InversionStage.Header(steps: 1));
        Assert.NotNull(outcome.Summary);
    }

    [Theory]
    [InlineData("--Limits:MaxFrames=0")]
    [InlineData("--Limits:IdleTimeout=-00:00:01")]
    [InlineData("--Models:MaxLoaded=0")]
    [InlineData("--Engine:Threads=-1")]
    [InlineData("--Engine:Device=-2")]
#if !CUDA
    [InlineData("--Engine:Kind=cuda")]
#endif
    [InlineData("--Engine:Precision=9")]
    [InlineData("--Auth:Callers:alice:KeySha256=abc")]
    public async Task Configuration_OutOfRange_StopsTheStart(string argument) =>
        await Assert.ThrowsAnyAsync<Exception>(() => StageServer.StartUnreadyAsync(InversionHost.Build, argument));
}
