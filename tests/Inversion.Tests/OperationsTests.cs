using System.Net;
using System.Security.Cryptography;
using System.Text;
using Grpc.Core;
using Grpc.Health.V1;
using VideoGrain.Protos.V1;
using VideoGrain.ServiceDefaults.Errors;
using VideoGrain.StageSupport;

namespace VideoGrain.Inversion.Tests;

/// <summary>What operators and callers can ask a running stage.</summary>
public class OperationsTests(InversionStage stage)
{
    [Theory]
    [InlineData("/healthz")]
    [InlineData("/readyz")]
    [InlineData("/startupz")]
    public async Task Probe_OfAReadyService_IsOk(string path)
    {
        using var response = await stage.Server.Http.GetAsync(path, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    [Fact]
    public async Task GrpcHealth_OfAReadyService_IsServing()
    {
        var health = new Health.HealthClient(stage.Server.Channel);
        var response = await health.CheckAsync(new HealthCheckRequest(), cancellationToken: TestContext.Current.CancellationToken);
        Assert.Equal(HealthCheckResponse.Types.ServingStatus.Serving, response.Status);
    }

    [Fact]
    public async Task Service_WithoutItsModel_LivesButIsNotReady()
    {
        await using var server = await StageServer.StartUnreadyAsync(InversionHost.Build, "--Models:Root=/nonexistent");
        var readiness = Microsoft.Extensions.DependencyInjection.ServiceProviderServiceExtensions
            .GetRequiredService<ServiceDefaults.Hosting.Readiness>(server.App.Services);
        await Assert.ThrowsAsync<InvalidOperationException>(() => readiness.Started.WaitAsync(StageServer.Patience));

        using var live = await server.Http.GetAsync("/healthz", TestContext.Current.CancellationToken);
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
        Assert.NotEmpty(answer.Build.Engine);
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
}
