using Grpc.Core;
using Grpc.Net.Client;
using VideoGrain.Inversion;
using VideoGrain.Orchestrator;
using VideoGrain.Protos.V1;
using VideoGrain.Segmentation;
using VideoGrain.ServiceDefaults.Hosting;

namespace VideoGrain.Observability.Tests.Support;

/// <summary>
/// The whole system on loopback with the toybox model, watched by Prometheus and by a collector, after it has run edits. The denoiser is a process of
/// its own, behind TLS, and finds a library that stands for NVIDIA's; a file stands for NVIDIA's exporter.
/// </summary>
public sealed class ObservedSystem : IAsyncLifetime
{
    internal const string Credentials = "Bearer of-the-collector";
    internal const string CallerTrace = "4bf92f3577b34da6a3ce929d0e0e4736";
    internal const string CallerSpan = "00f067aa0ba902b7";

    private readonly TempFolder _folder = new();
    private readonly List<WebApplication> _apps = [];
    private readonly List<GrpcChannel> _channels = [];
    private string[] _stages = [];

    internal OtlpReceiver Collector { get; private set; } = null!;

    internal PrometheusServer Prometheus { get; private set; } = null!;

    internal ServiceProcess Denoiser { get; private set; } = null!;

    /// <summary>An edit whose submission was part of the trace <see cref="CallerTrace"/>.</summary>
    internal Edit Traced { get; private set; } = null!;

    internal static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <inheritdoc/>
    public async ValueTask InitializeAsync()
    {
        var exporter = await ServeAsync(Path.Combine(AppContext.BaseDirectory, "dcgm.prom"));
        var certificate = ServerCertificate.Write(_folder);
        Collector = await OtlpReceiver.StartAsync();
        var models = $"--Models:Root={Repository.At("models")}";
        Denoiser = ServiceProcess.Start(
            "VideoGrain.Denoiser",
            Tools.FakeNvml,
            [models, .. Telemetry(Collector.Http, "HttpProtobuf"), "--Logging:LogLevel:VideoGrain=Debug", $"--Endpoints:CertificatePath={certificate.Path}", $"--Endpoints:CertificateKeyPath={certificate.KeyPath}"]);
        var segmentation = await HostAsync(SegmentationHost.Build, [$"--Segmentation:ModelsDirectory={Repository.At("models")}", .. Telemetry(Collector.Grpc, "Grpc")]);
        var inversion = await HostAsync(InversionHost.Build, [models, .. Telemetry(Collector.Grpc, "Grpc")]);
        await Denoiser.ReadyAsync(Cancellation);
        _stages =
        [
            $"--Stages:Segmentation={segmentation.GetEndpoints().Grpc}", $"--Stages:Inversion={inversion.GetEndpoints().Grpc}",
            $"--Stages:Denoiser=https://127.0.0.1:{Denoiser.Grpc.Port}", $"--Stages:CaPath={certificate.Path}",
            // A call begun ahead stands under its job, not under the stage; tests look for it there.
            "--Stages:PrepareAhead=00:00:00",
        ];
        var orchestrator = await OrchestratorAsync("data");
        Prometheus = await WatchAsync([orchestrator.GetEndpoints().Http], [segmentation.GetEndpoints().Http, inversion.GetEndpoints().Http, Denoiser.Http], exporter);

        // The first edit makes the series, the second one lets them rise.
        var client = Client(orchestrator);
        await Edits.RunAsync(client, seed: 1, Cancellation);
        await ScrapedAsync("sum(videograin_job_duration_seconds_count) == 1 and on () count(videograin_step_duration_seconds_count) == 3");
        Traced = await Edits.RunAsync(client, seed: 2, Cancellation, new Metadata { { "traceparent", $"00-{CallerTrace}-{CallerSpan}-01" } });
        await ScrapedAsync(
            "sum(videograin_job_duration_seconds_count) == 2 and on () sum(increase(videograin_job_duration_seconds_count[1m])) > 0 "
            + "and on () count(videograin:gpu_busy:ratio_rate5m) == 3 and on () count(increase(videograin_step_duration_seconds_count[1m]) > 0) == 3 "
            + "and on () max(videograin_caller_jobs) >= 0");
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        Prometheus?.Dispose();
        foreach (var channel in _channels) channel.Dispose();
        for (var i = _apps.Count - 1; i >= 0; i--) await StopAsync(_apps[i]);
        Denoiser?.Dispose();
        if (Collector is not null) await Collector.DisposeAsync();
        _folder.Dispose();
    }

    /// <summary>An orchestrator over a data folder of that name; several may run beside each other.</summary>
    internal Task<WebApplication> OrchestratorAsync(string data) => HostAsync(
        OrchestratorHost.Build,
        [
            $"--Data:Root={_folder.At(data)}", "--Retention:SweepInterval=00:00:00.200", "--Worker:PollInterval=00:00:00.100", "--Worker:CheckpointEvery=1",
            .. _stages, .. Telemetry(Collector.Grpc, "Grpc"),
        ]);

    /// <summary>A client of an orchestrator.</summary>
    internal OrchestratorService.OrchestratorServiceClient Client(WebApplication orchestrator)
    {
        var channel = GrpcChannel.ForAddress(orchestrator.GetEndpoints().Grpc);
        _channels.Add(channel);
        return new OrchestratorService.OrchestratorServiceClient(channel);
    }

    /// <summary>Stops a service as SIGTERM does.</summary>
    internal async Task StopAsync(WebApplication app)
    {
        _apps.Remove(app);
        await app.StopAsync(CancellationToken.None).WaitAsync(Waiting.Patience, CancellationToken.None);
        await app.DisposeAsync();
    }

    private static string[] Telemetry(Uri collector, string protocol) =>
    [
        $"--Telemetry:OtlpEndpoint={collector}", $"--Telemetry:OtlpProtocol={protocol}", $"--Telemetry:OtlpHeaders=authorization={Credentials}",
        "--Telemetry:MetricInterval=00:00:01", "--Telemetry:BatchDelay=00:00:00.100", "--Telemetry:ScrapeCacheMilliseconds=0",
    ];

    private async Task<WebApplication> HostAsync(Func<string[], Action<WebApplicationBuilder>, WebApplication> build, string[] settings)
    {
        var app = build(
            ["--Endpoints:GrpcPort=0", "--Endpoints:HttpPort=0", "--Shutdown:GracePeriod=00:00:20", .. settings], builder => builder.Logging.ClearProviders());
        _apps.Add(app);
        await app.StartAsync(Cancellation);
        await app.Services.GetRequiredService<Readiness>().Started.WaitAsync(Waiting.Patience, Cancellation);
        return app;
    }

    private async Task<Uri> ServeAsync(string file)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        _apps.Add(app);
        app.MapGet("/metrics", () => TypedResults.Text(File.ReadAllText(file), "text/plain; version=0.0.4"));
        await app.StartAsync(Cancellation);
        return new Uri(app.Urls.Single());
    }

    // Jobs are named as the operator names those of k8s/components/monitoring, and the namespace is its label.
    private async Task<PrometheusServer> WatchAsync(Uri[] orchestrators, Uri[] stages, Uri exporter)
    {
        foreach (var rules in RuleFiles.All) await File.WriteAllTextAsync(_folder.At(rules.Name), rules.Text, Cancellation);
        await File.WriteAllTextAsync(
            _folder.At("prometheus.yaml"),
            $$$"""
            global: {scrape_interval: 1s, evaluation_interval: 1s}
            rule_files: [{{{string.Join(", ", RuleFiles.All.Select(rules => rules.Name))}}}]
            scrape_configs:
              - job_name: orchestrator
                static_configs: [{targets: [{{{Targets(orchestrators)}}}], labels: {namespace: videograin}}]
              - job_name: videograin/stages
                static_configs: [{targets: [{{{Targets(stages)}}}], labels: {namespace: videograin}}]
              - job_name: dcgm-exporter
                static_configs: [{targets: [{{{Targets([exporter])}}}], labels: {namespace: gpu-operator}}]
            """,
            Cancellation);
        return await PrometheusServer.StartAsync(_folder.At("prometheus.yaml"), _folder.At("prometheus"));
    }

    private Task ScrapedAsync(string condition) => Waiting.UntilAsync(
        async () => (await Prometheus.QueryAsync(condition, Cancellation)).Count > 0, condition, Cancellation);

    private static string Targets(IEnumerable<Uri> addresses) => string.Join(", ", addresses.Select(address => $"\"{address.Authority}\""));
}
