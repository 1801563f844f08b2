using Grpc.Net.Client;
using VideoGrain.Protos.V1;
using VideoGrain.ServiceDefaults.Hosting;

namespace VideoGrain.Orchestrator.Tests.Support;

/// <summary>A real orchestrator on loopback over a data folder of the test's.</summary>
internal sealed class RunningOrchestrator : IAsyncDisposable
{
    private readonly GrpcChannel _channel;
    private readonly ErrorLog _errors;

    private RunningOrchestrator(WebApplication app, ErrorLog errors)
    {
        (App, _errors) = (app, errors);
        _channel = GrpcChannel.ForAddress(app.GetEndpoints().Grpc);
        Client = new OrchestratorService.OrchestratorServiceClient(_channel);
    }

    public WebApplication App { get; }

    public OrchestratorService.OrchestratorServiceClient Client { get; }

    public Uri Http => App.GetEndpoints().Http;

    public bool ExpectsErrors { get; set; }

    public static Task<RunningOrchestrator> StartAsync(TempFolder data, Uri stages, params string[] settings) => StartAsync(data, stages, _ => { }, settings);

    public static async Task<RunningOrchestrator> StartAsync(TempFolder data, Uri stages, Action<IServiceCollection> services, params string[] settings)
    {
        var errors = new ErrorLog();
        var app = OrchestratorHost.Build(
            [
                $"--Data:Root={data.Path}", "--Endpoints:GrpcPort=0", "--Endpoints:HttpPort=0", "--Logging:LogLevel:Default=Error",
                $"--Stages:Segmentation={stages}", $"--Stages:Inversion={stages}", $"--Stages:Denoiser={stages}",
                "--Stages:BaseDelay=00:00:00.010", "--Stages:MaxDelay=00:00:00.200", "--Stages:BreakDuration=00:00:00.600",
                "--Worker:PollInterval=00:00:00.050", "--Worker:ProgressInterval=00:00:00", "--Worker:CheckpointEvery=3",
                "--Shutdown:GracePeriod=00:00:10",
                .. settings,
            ],
            builder =>
            {
                builder.Logging.ClearProviders();
                builder.Logging.AddProvider(errors);
                services(builder.Services);
            });
        await app.StartAsync(Bounded.Token);
        await app.Services.GetRequiredService<Readiness>().Started.InTime().ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return new RunningOrchestrator(app, errors);
    }

    /// <summary>Stops as on SIGTERM.</summary>
    public async Task StopAsync() => await App.StopAsync(CancellationToken.None).WaitAsync(Bounded.Patience);

    public async ValueTask DisposeAsync()
    {
        _channel.Dispose();
        await StopAsync();
        await App.DisposeAsync();
        if (!ExpectsErrors)
            Assert.True(_errors.Errors.IsEmpty, string.Join('\n', _errors.Errors));
    }
}
