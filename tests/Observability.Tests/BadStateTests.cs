using System.Net;
using VideoGrain.Denoiser;
using VideoGrain.Observability.Tests.Support;
using VideoGrain.Orchestrator;
using VideoGrain.PostgresSupport;
using VideoGrain.ServiceDefaults.Hosting;

namespace VideoGrain.Observability.Tests;

/// <summary>Bad states that an operator meets, as probes and metrics show them.</summary>
public sealed class BadStateTests : IDisposable
{
    private readonly TempFolder _folder = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Stage_WithAnEmptyModelVolume_LivesAndSaysWhatIsMissing()
    {
        await using var service = await StartAsync(DenoiserHost.Build, $"--Models:Root={_folder.Path}");

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
        var model = Directory.CreateDirectory(_folder.At("broken")).FullName;
        foreach (var file in Directory.GetFiles(Repository.At("models", "toybox"), "*", SearchOption.AllDirectories))
        {
            var copy = Path.Combine(model, Path.GetRelativePath(Repository.At("models", "toybox"), file));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(file, copy);
        }

        await File.WriteAllTextAsync(Directory.GetFiles(Path.Combine(model, "unet"), "*.safetensors").Single(), "not weights", Cancellation);
        await using var service = await StartAsync(DenoiserHost.Build, $"--Models:Root={_folder.Path}");

        Assert.Contains("safetensors", (await service.ProbeAsync("/startupz")).Text, StringComparison.Ordinal);
        Assert.Equal((1, 1), (await service.MetricAsync("videograin_models_available", ""), await service.MetricAsync("videograin_service_state", "state=\"failed\"")));
    }

    [Fact]
    public async Task Orchestrator_OnAFolderInUse_LivesAndSaysSo()
    {
        await using var first = await StartAsync(OrchestratorHost.Build, $"--Data:Root={_folder.Path}");
        await using var second = await StartAsync(OrchestratorHost.Build, $"--Data:Root={_folder.Path}");

        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.OK), ((await first.ProbeAsync("/readyz")).Status, (await second.ProbeAsync("/livez")).Status));
        Assert.Contains("orchestrator.lock", (await second.ProbeAsync("/startupz")).Text, StringComparison.Ordinal);
        Assert.Equal((1, 1), (await first.MetricAsync("videograin_service_state", "state=\"ready\""), await second.MetricAsync("videograin_service_state", "state=\"failed\"")));
    }

    [Fact]
    public async Task Orchestrator_WhoseDatabaseGoesAway_LivesButIsNotReady()
    {
        var database = await PostgresServer.StartAsync(isDurable: false);
        var isThere = true;
        try
        {
            await File.WriteAllTextAsync(_folder.At("connection"), await database.CreateDatabaseAsync(), Cancellation);
            await using var service = await StartAsync(
                OrchestratorHost.Build, $"--Data:Root={_folder.Path}", "--Data:Database=Postgres", $"--Data:ConnectionStringFile={_folder.At("connection")}", "--Worker:PollInterval=00:00:00.200");
            Assert.Equal((HttpStatusCode.OK, 1), ((await service.ProbeAsync("/readyz")).Status, await service.MetricAsync("videograin_database_up", "")));

            await database.DisposeAsync();
            isThere = false;

            await Waiting.UntilAsync(async () => (await service.ProbeAsync("/readyz")).Text.Contains("the database does not answer", StringComparison.Ordinal), "it is not ready", Cancellation);
            Assert.Equal(HttpStatusCode.OK, (await service.ProbeAsync("/livez")).Status);
            Assert.Equal(0, await service.MetricAsync("videograin_database_up", ""));
            Assert.NotEqual(0, await service.MetricAsync("videograin_database_errors_total", ""));
        }
        finally
        {
            if (isThere) await database.DisposeAsync();
        }
    }

    [Fact]
    public async Task Orchestrator_OnAHealthyDisk_TellsItsRoom()
    {
        await using var service = await StartAsync(OrchestratorHost.Build, $"--Data:Root={_folder.Path}");
        var disk = new DriveInfo(_folder.Path);

        Assert.Equal(disk.TotalSize, await service.MetricAsync("videograin_storage_bytes", "kind=\"total\""));
        Assert.InRange(await service.MetricAsync("videograin_storage_bytes", "kind=\"available\""), 1, disk.TotalSize);
    }

    private static async Task<ProbedService> StartAsync(Func<string[], Action<WebApplicationBuilder>, WebApplication> build, params string[] settings)
    {
        var app = build(["--Endpoints:GrpcPort=0", "--Endpoints:HttpPort=0", .. settings], builder => builder.Logging.ClearProviders());
        await app.StartAsync(Cancellation);
        await app.Services.GetRequiredService<Readiness>().Started.WaitAsync(Waiting.Patience, Cancellation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return new ProbedService(app);
    }
}
