using System.Text;
using System.Text.RegularExpressions;
using Grpc.Net.Client;
using Microsoft.Extensions.Options;
using VideoGrain.Denoiser;
using VideoGrain.Engines;
using VideoGrain.Inversion;
using VideoGrain.Orchestrator;
using VideoGrain.PostgresSupport;
using VideoGrain.Protos.V1;
using VideoGrain.Segmentation;
using VideoGrain.ServiceDefaults.Hosting;
using VideoGrain.ServiceDefaults.Models;
using VideoGrain.Tensors;

namespace VideoGrain.Observability.Tests.Support;

/// <summary>
/// Services in the bad states that an operator meets, brought about for real, each state in a namespace of its own. One Prometheus watches them all; its
/// rules are ours, but alerts that wait five minutes or less wait for nothing.
/// </summary>
public sealed partial class BrokenServices : IAsyncLifetime
{
    internal const string NoModels = "no-models";
    internal const string DamagedModel = "damaged-model";
    internal const string FolderInUse = "folder-in-use";
    internal const string DatabaseAway = "database-away";
    internal const string DiskFull = "disk-full";
    internal const string CertificateExpired = "certificate-expired";
    internal const string GpuLost = "gpu-lost";
    internal const string QueueStuck = "queue-stuck";

    private static readonly TimeSpan Ago = TimeSpan.FromHours(1);

    private readonly TempFolder _folder = new();
    private readonly List<ProbedService> _services = [];
    private readonly List<GrpcChannel> _channels = [];
    private readonly StringBuilder _targets = new();
    private PostgresServer? _database;

    internal PrometheusServer Prometheus { get; private set; } = null!;

    /// <summary>The service that is in a state, or that tells of it.</summary>
    internal Dictionary<string, ProbedService> In { get; } = new(StringComparer.Ordinal);

    /// <summary>The full disk; null where none can be mounted.</summary>
    internal SmallDisk? Disk { get; private set; }

    /// <summary>The engine whose device is lost.</summary>
    internal LosableEngine Engine { get; private set; } = null!;

    /// <summary>How the edit ended that was under way when the device was lost.</summary>
    internal Edit Interrupted { get; private set; } = null!;

    /// <summary>The certificate that has expired, which is its own authority.</summary>
    internal string CertificatePath { get; private set; } = "";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <inheritdoc/>
    public async ValueTask InitializeAsync()
    {
        var models = $"--Models:Root={Repository.At("models")}";
        await BreakModelsAsync(models);
        await BreakStorageAsync();
        await BreakCertificateAsync();
        await LoseDeviceAsync(models);
        await StartAsync(QueueStuck, "orchestrator", OrchestratorHost.Build, Orchestrator(QueueStuck, "--Worker:Parallelism=0", "--Stages:CheckAtSubmit=false"));
        await Edits.SubmitAsync(Client(QueueStuck), seed: 1, Cancellation);
        Prometheus = await WatchAsync();
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        Prometheus?.Dispose();
        foreach (var channel in _channels) channel.Dispose();
        for (var i = _services.Count - 1; i >= 0; i--) await _services[i].DisposeAsync();
        if (_database is not null) await _database.DisposeAsync();
        Disk?.Dispose();
        _folder.Dispose();
    }

    /// <summary>A client of the orchestrator of a state.</summary>
    internal OrchestratorService.OrchestratorServiceClient Client(string state)
    {
        var channel = GrpcChannel.ForAddress(In[state].Grpc);
        _channels.Add(channel);
        return new OrchestratorService.OrchestratorServiceClient(channel);
    }

    private async Task BreakModelsAsync(string models)
    {
        await StartAsync(NoModels, "stages", DenoiserHost.Build, [$"--Models:Root={Directory.CreateDirectory(_folder.At("empty")).FullName}"]);

        var broken = Directory.CreateDirectory(_folder.At("damaged")).FullName;
        foreach (var file in Directory.GetFiles(Repository.At("models", "toybox"), "*", SearchOption.AllDirectories))
        {
            var copy = Path.Combine(broken, "toybox", Path.GetRelativePath(Repository.At("models", "toybox"), file));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(file, copy);
        }

        await File.WriteAllTextAsync(Directory.GetFiles(Path.Combine(broken, "toybox", "unet"), "*.safetensors").Single(), "not weights", Cancellation);
        await StartAsync(DamagedModel, "stages", DenoiserHost.Build, [$"--Models:Root={broken}"]);
    }

    private async Task BreakStorageAsync()
    {
        // The first has the folder, the second one wants it.
        await StartAsync("", "orchestrator", OrchestratorHost.Build, Orchestrator(FolderInUse));
        await StartAsync(FolderInUse, "orchestrator", OrchestratorHost.Build, Orchestrator(FolderInUse));

        _database = await PostgresServer.StartAsync(isDurable: false);
        await File.WriteAllTextAsync(_folder.At("connection"), await _database.CreateDatabaseAsync(), Cancellation);
        await StartAsync(
            DatabaseAway, "orchestrator", OrchestratorHost.Build,
            Orchestrator(DatabaseAway, "--Data:Database=Postgres", $"--Data:ConnectionStringFile={_folder.At("connection")}", "--Worker:PollInterval=00:00:00.200"));
        Assert.Equal(1, await In[DatabaseAway].MetricAsync("videograin_database_up", ""));
        await _database.DisposeAsync();
        _database = null;

        Disk = SmallDisk.TryMount(_folder.At(DiskFull));
        if (Disk is null) return;
        await StartAsync(DiskFull, "orchestrator", OrchestratorHost.Build, Orchestrator(DiskFull));

        // The first round of tidying empties the database's log, which would make room again.
        var log = Path.Combine(Disk.Path, "orchestrator.db-wal");
        await Waiting.UntilAsync(() => new FileInfo(log).Length == 0, "the log is empty", Cancellation);
        Disk.Fill();
    }

    private async Task BreakCertificateAsync()
    {
        (CertificatePath, var key) = ServerCertificate.Write(_folder, DateTimeOffset.UtcNow - Ago);
        await StartAsync(
            CertificateExpired, "stages", SegmentationHost.Build,
            [$"--Segmentation:ModelsDirectory={Repository.At("models")}", $"--Endpoints:CertificatePath={CertificatePath}", $"--Endpoints:CertificateKeyPath={key}"]);
    }

    private async Task LoseDeviceAsync(string models)
    {
        await StartAsync("", "stages", SegmentationHost.Build, [$"--Segmentation:ModelsDirectory={Repository.At("models")}"]);
        var segmentation = _services[^1].Grpc;
        await StartAsync(GpuLost, "stages", InversionHost.Build, [models], services => services.AddSingleton<IEngine>(provider =>
            Engine = new LosableEngine(StageEngine.Create(provider.GetRequiredService<IOptions<EngineOptions>>().Value, provider.GetRequiredService<ILoggerFactory>()))));
        var stages = (string[])[$"--Stages:Segmentation={segmentation}", $"--Stages:Inversion={In[GpuLost].Grpc}", "--Stages:MaxRetries=0"];
        await StartAsync("", "orchestrator", OrchestratorHost.Build, Orchestrator(GpuLost, stages));
        using var channel = GrpcChannel.ForAddress(_services[^1].Grpc);
        var client = new OrchestratorService.OrchestratorServiceClient(channel);
        Engine.Lose();
        var edit = await Edits.SubmitAsync(client, seed: 1, Cancellation);
        Interrupted = (await Edits.FollowAsync(client, edit.Id, happened => happened.Finished is not null, Cancellation))!.Finished;
    }

    private string[] Orchestrator(string data, params string[] settings) =>
        [$"--Data:Root={_folder.At(data)}", "--Retention:SweepInterval=00:00:00.200", .. settings];

    // Services without a state of their own help others into theirs, and are not watched.
    private async Task StartAsync(
        string state, string job, Func<string[], Action<WebApplicationBuilder>, WebApplication> build, string[] settings, Action<IServiceCollection>? configure = null)
    {
        var app = build(
            ["--Endpoints:GrpcPort=0", "--Endpoints:HttpPort=0", "--Telemetry:ScrapeCacheMilliseconds=0", "--Engine:Threads=1", .. settings],
            builder =>
            {
                builder.Logging.ClearProviders();
                configure?.Invoke(builder.Services);
            });
        await app.StartAsync(Cancellation);
        var service = new ProbedService(app);
        _services.Add(service);
        await app.Services.GetRequiredService<Readiness>().Started.WaitAsync(Waiting.Patience, Cancellation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (state.Length == 0) return;
        In.Add(state, service);
        var name = job == "stages" ? $"{state}/stages" : job;
        _targets.AppendLine(
            $$$"""
              - job_name: {{{state}}}
                static_configs: [{targets: ["{{{app.GetEndpoints().Http.Authority}}}"], labels: {namespace: {{{state}}}, job: {{{name}}}}}]
            """);
    }

    private async Task<PrometheusServer> WatchAsync()
    {
        foreach (var (name, text) in RuleFiles.All) await File.WriteAllTextAsync(_folder.At(name), ShortWait().Replace(text, ""), Cancellation);
        await File.WriteAllTextAsync(
            _folder.At("prometheus.yaml"),
            $$"""
            global: {scrape_interval: 500ms, evaluation_interval: 500ms}
            rule_files: [{{string.Join(", ", RuleFiles.All.Select(rules => rules.Name))}}]
            scrape_configs:
            {{_targets}}
            """,
            Cancellation);
        return await PrometheusServer.StartAsync(_folder.At("prometheus.yaml"), _folder.At("prometheus"));
    }

    [GeneratedRegex(@"^\s+for: [1-5]m\n", RegexOptions.Multiline)]
    private static partial Regex ShortWait();
}
