using System.Globalization;
using System.Reflection;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using VideoGrain.Kubernetes.Tests.Support;
using VideoGrain.Orchestrator.Artifacts;
using VideoGrain.Orchestrator.Options;
using VideoGrain.ServiceDefaults.Hosting;
using VideoGrain.ServiceDefaults.Models;
using VideoGrain.ServiceDefaults.Security;

namespace VideoGrain.Kubernetes.Tests;

/// <summary>The manifests against the services' own code: ports, paths, settings.</summary>
public sealed class ServiceAgreementTests
{
    private const string CallersSecret = "orchestrator-callers";

    /// <summary>What the secrets hold, by docs/operations/kubernetes.md.</summary>
    private static readonly Dictionary<string, Dictionary<string, string>> SecretSettings = new()
    {
        [CallersSecret] = new() { ["Auth:Callers:somebody:KeySha256"] = new string('a', 64) },
        ["orchestrator-store"] = new() { ["Store:S3:AccessKeyId"] = "id", ["Store:S3:SecretAccessKey"] = "key" },
    };

    /// <summary>Variables that are no configuration keys of ours.</summary>
    private static readonly string[] Foreign = ["CUDA_CACHE_PATH", "MODELS_SOURCE", "MODELS_SUMS"];

    /// <summary>Sections that the framework reads.</summary>
    private static readonly string[] Framework = ["Logging"];

    /// <summary>How long docker/steps/models.sh waits for a complete volume.</summary>
    private static readonly TimeSpan ModelsPatience = TimeSpan.FromSeconds(900);

    public static TheoryData<string> Overlays => Overlay.Names;

    public static TheoryData<string, string> Pairs => new(Overlay.Names.SelectMany(overlay => Service.All.Select(service => (overlay.Data, service.Name))));

    [Theory]
    [MemberData(nameof(Pairs))]
    public async Task Ports_AreTheServicesOwn_ByName(string overlay, string name)
    {
        var (rendered, service, pod) = await FindAsync(overlay, name);
        Dictionary<string, int> expected = new() { ["grpc"] = service.Description.GrpcPort, ["http"] = service.Description.HttpPort };

        Assert.Equal(expected, pod.Main.List("ports").ToDictionary(port => port.Text("name"), port => port.Number("containerPort")));
        foreach (var cluster in rendered.Of("Service").Where(item => item.At("spec.selector") is not null && Selects(item, pod)))
        {
            foreach (var port in cluster.List("spec.ports"))
                Assert.Equal((expected[port.Text("name")], port.Text("name")), (port.Number("port"), port.Text("targetPort")));
        }

        // A client that shares its calls out needs to see every replica.
        Assert.Contains(rendered.Of("Service"), item => Selects(item, pod) && item.Text("spec.clusterIP") == "None");
    }

    [Theory]
    [MemberData(nameof(Pairs))]
    public async Task Probes_AskPathsThatTheServiceAnswers(string overlay, string name)
    {
        var (_, service, pod) = await FindAsync(overlay, name);
        await using var app = service.Build(["--Data:Root=" + Path.GetTempPath()]);
        app.MapServiceDefaults();
        var paths = ((Microsoft.AspNetCore.Routing.IEndpointRouteBuilder)app).DataSources.SelectMany(source => source.Endpoints)
            .OfType<Microsoft.AspNetCore.Routing.RouteEndpoint>().Select(endpoint => "/" + endpoint.RoutePattern.RawText!.TrimStart('/')).ToHashSet();
        Dictionary<string, string> expected = new() { ["startupProbe"] = "/startupz", ["readinessProbe"] = "/readyz", ["livenessProbe"] = "/livez" };
        foreach (var (probe, path) in expected)
        {
            Assert.Equal((path, "http"), (pod.Main.Text($"{probe}.httpGet.path"), pod.Main.Text($"{probe}.httpGet.port")));
            Assert.Contains(path, paths);
        }
    }

    [Theory]
    [MemberData(nameof(Pairs))]
    public async Task Settings_AreKeysOfTheServicesOptions_AndPassItsChecks(string overlay, string name)
    {
        var (_, service, pod) = await FindAsync(overlay, name);
        var keys = pod.Environment.Where(entry => !Foreign.Contains(entry.Key)).ToDictionary(entry => entry.Key.Replace("__", ":", StringComparison.Ordinal), entry => (string?)entry.Value);
        foreach (var secret in pod.Secrets)
        {
            foreach (var (key, value) in SecretSettings[secret])
                keys[key] = value;
        }

        await using var app = service.Build([.. keys.Select(entry => $"--{entry.Key}={entry.Value}")]);
        var options = service.Options(app.Services);
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(keys).Build();
        foreach (var section in configuration.GetChildren().Where(section => !Framework.Contains(section.Key)))
        {
            var types = options.Where(entry => entry.Section == section.Key).Select(entry => entry.Type).ToList();
            Assert.True(types.Count > 0, $"{name} reads no section {section.Key}");
            foreach (var key in section.GetChildren())
                Assert.True(types.Any(type => type.GetProperty(key.Key, BindingFlags.Public | BindingFlags.Instance) is not null), $"{name} has no option {section.Key}:{key.Key}");

            // A value that is no number, time or address throws here, and so does a name that is not known further down.
            types.ForEach(type => section.Get(type, binder => binder.ErrorOnUnknownConfiguration = types.Count == 1));
        }

        app.Services.GetService<IStartupValidator>()?.Validate();
    }

    [Theory]
    [MemberData(nameof(Overlays))]
    public async Task Orchestrators_ShareADatabaseAndAStore_OrThereIsOneWithAVolume(string overlay)
    {
        var (_, _, pod) = await FindAsync(overlay, "orchestrator");
        var isShared = Bound<DataOptions>(pod, DataOptions.Section).Database == DatabaseKind.Postgres;
        var data = pod.Pod.List("volumes").Single(volume => volume.Text("name") == "data");

        Assert.Equal(isShared, Bound<StoreOptions>(pod, StoreOptions.Section).Kind == StoreKind.S3);
        Assert.Equal(isShared, pod.Item.Number("spec.replicas") > 1);
        Assert.Equal(isShared ? "emptyDir" : "persistentVolumeClaim", data.Select(field => field.Key).Single(key => key != "name"));

        // A second process must not come near the one volume; of several, none is missed.
        Assert.Equal(isShared ? "RollingUpdate" : "Recreate", pod.Item.Text("spec.strategy.type"));
        Assert.True(!isShared || pod.Item.Number("spec.strategy.rollingUpdate.maxUnavailable") == 0);
    }

    [Theory]
    [MemberData(nameof(Pairs))]
    public async Task Credentials_AreAskedOfCallers_ExceptOnOneMachine(string overlay, string name)
    {
        var (_, _, pod) = await FindAsync(overlay, name);
        var asks = name == "orchestrator" && overlay != "local-cpu";

        Assert.Equal(asks, pod.Secrets.Contains(CallersSecret));
        Assert.Equal(!asks, Bound<AuthOptions>(pod, AuthOptions.Section).AllowAnonymous);
    }

    [Theory]
    [MemberData(nameof(Pairs))]
    public async Task Variables_OfOtherKinds_AreKnown(string overlay, string name)
    {
        var (_, _, pod) = await FindAsync(overlay, name);
        Assert.All(pod.VariableNames.Where(variable => !variable.Contains("__", StringComparison.Ordinal)), variable => Assert.Contains(variable, Foreign));
    }

    [Theory]
    [MemberData(nameof(Pairs))]
    public async Task Folders_ThatTheServiceUses_AreMounted(string overlay, string name)
    {
        var (_, _, pod) = await FindAsync(overlay, name);
        var mounts = pod.Main.List("volumeMounts").Select(mount => mount.Text("mountPath")).ToHashSet();
        string[] folders = ["Data__Root", "Models__Root", "Segmentation__ModelsDirectory"];
        foreach (var (_, folder) in pod.Environment.Where(entry => folders.Contains(entry.Key)))
            Assert.Contains(folder, mounts);

        if (pod.Environment.TryGetValue("Data__ConnectionStringFile", out var file))
            Assert.Contains(Path.GetDirectoryName(file)!, mounts);

        Assert.Contains("/tmp", mounts);
    }

    [Theory]
    [MemberData(nameof(Pairs))]
    public async Task Termination_LeavesTimeForADrainAndOneCheckpoint(string overlay, string name)
    {
        var (_, _, pod) = await FindAsync(overlay, name);
        var shutdown = Bound<ShutdownOptions>(pod, ShutdownOptions.Section);
        var preStop = TimeSpan.FromSeconds(pod.Main.Number("lifecycle.preStop.sleep.seconds"));
        var needed = preStop + shutdown.DrainDelay + shutdown.GracePeriod;

        Assert.True(preStop > TimeSpan.Zero && shutdown.DrainDelay > TimeSpan.Zero);
        Assert.InRange(TimeSpan.FromSeconds(pod.Pod.Number("terminationGracePeriodSeconds")), needed + TimeSpan.FromSeconds(5), needed + TimeSpan.FromMinutes(1));
    }

    [Theory]
    [MemberData(nameof(Pairs))]
    public async Task StartupProbe_LeavesTimeToLoadAModel(string overlay, string name)
    {
        var (_, service, pod) = await FindAsync(overlay, name);
        await using var app = service.Build([]);
        var loads = service.Options(app.Services).Any(entry => entry.Type == typeof(ModelsOptions));
        var patience = TimeSpan.FromSeconds(pod.Main.Number("startupProbe.periodSeconds") * pod.Main.Number("startupProbe.failureThreshold"));

        Assert.InRange(patience, TimeSpan.FromMinutes(loads ? 10 : 2), TimeSpan.FromMinutes(30));
    }

    [Theory]
    [MemberData(nameof(Pairs))]
    public async Task Rollout_IsGivenTimeToFillTheModelVolumeAndLoad(string overlay, string name)
    {
        var (_, _, pod) = await FindAsync(overlay, name);
        if (pod.Pod.At("initContainers") is null)
            return;

        var startup = TimeSpan.FromSeconds(pod.Main.Number("startupProbe.periodSeconds") * pod.Main.Number("startupProbe.failureThreshold"));
        Assert.True(TimeSpan.FromSeconds(pod.Item.Number("spec.progressDeadlineSeconds")) > ModelsPatience + startup);
    }

    [Theory]
    [MemberData(nameof(Pairs))]
    public async Task Stages_AreFoundUnderTheirServices(string overlay, string name)
    {
        var (rendered, _, pod) = await FindAsync(overlay, name);
        if (name != "orchestrator")
            return;

        var stages = Bound<StageOptions>(pod, StageOptions.Section);
        foreach (var (address, stage) in (IEnumerable<(string, string)>)[(stages.Segmentation, "segmentation"), (stages.Inversion, "inversion"), (stages.Denoiser, "denoiser")])
        {
            var uri = new Uri(address);
            var (host, port) = (uri.AbsolutePath.TrimStart('/').Split(':')[0], int.Parse(uri.AbsolutePath.Split(':')[1], CultureInfo.InvariantCulture));
            var target = rendered.Get("Service", host);
            Assert.Equal("dns", uri.Scheme);
            Assert.Equal("None", target.Text("spec.clusterIP"));
            Assert.True(Selects(target, (await FindAsync(overlay, stage)).Pod));
            Assert.Contains(target.List("spec.ports"), entry => entry.Number("port") == port);
        }
    }

    internal static T Bound<T>(Workload pod, string section)
        where T : class, new() =>
        new ConfigurationBuilder().AddInMemoryCollection(pod.Environment.ToDictionary(entry => entry.Key.Replace("__", ":", StringComparison.Ordinal), entry => (string?)entry.Value))
            .Build().GetSection(section).Get<T>() ?? new T();

    private static bool Selects(System.Text.Json.Nodes.JsonObject service, Workload pod) =>
        service.Map("spec.selector").All(wanted => pod.Labels.GetValueOrDefault(wanted.Key) == wanted.Value);

    private static async Task<(Overlay Rendered, Service Service, Workload Pod)> FindAsync(string overlay, string name)
    {
        var rendered = await Overlay.RenderAsync(overlay);
        return (rendered, Service.All.Single(service => service.Name == name), rendered.Workloads.Single(workload => workload.Name == name));
    }
}
