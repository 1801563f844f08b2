using System.Text.Json.Nodes;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using VideoGrain.Kubernetes.Tests.Support;

namespace VideoGrain.Kubernetes.Tests.Images;

/// <summary>docker-compose.yml against the services, the images and the files that it mounts.</summary>
public sealed class ComposeTests
{
    private static readonly JsonObject Compose = Assert.Single(Yaml.Read(File.ReadAllText(Path.Combine(Tools.Root, "docker-compose.yml"))));

    public static TheoryData<string> Services => new(Service.All.Select(service => service.Name));

    public static TheoryData<string> Containers => new(Compose["services"]!.AsObject().Select(entry => entry.Key));

    [Theory]
    [MemberData(nameof(Services))]
    public async Task Settings_AreKeysOfTheServicesOptions_AndPassItsChecks(string name)
    {
        var service = Service.All.Single(service => service.Name == name);
        var keys = Get(name).Map("environment").ToDictionary(entry => entry.Key.Replace("__", ":", StringComparison.Ordinal), entry => (string?)entry.Value);
        await using var app = service.Build([.. keys.Select(entry => $"--{entry.Key}={entry.Value}")]);
        var options = service.Options(app.Services);
        foreach (var key in keys.Keys)
            Assert.Contains(options, entry => entry.Section == key.Split(':')[0] && entry.Type.GetProperty(key.Split(':')[1]) is not null);

        foreach (var (section, type) in options)
            new ConfigurationBuilder().AddInMemoryCollection(keys).Build().GetSection(section).Get(type);

        app.Services.GetService<IStartupValidator>()?.Validate();
    }

    [Theory]
    [MemberData(nameof(Services))]
    public void Probe_AsksTheServicesOwnPort(string name)
    {
        var port = Service.All.Single(service => service.Name == name).Description.HttpPort;
        Assert.Equal(["CMD", "videograin-probe", $"http://127.0.0.1:{port}/readyz"], Get(name).At("healthcheck.test")!.AsArray().Select(word => word!.ToString()));
        Assert.Contains(Yaml.Read(File.ReadAllText(Path.Combine(Tools.Root, "docker", "prometheus", "prometheus.yml")))[0].List("scrape_configs")
            .SelectMany(job => job.List("static_configs")).SelectMany(group => group["targets"]!.AsArray()), target => target!.ToString() == $"{name}:{port}");
    }

    [Fact]
    public void Stages_AreCalledWhereTheyListen()
    {
        foreach (var stage in Service.All.Where(service => service.Name != "orchestrator"))
            Assert.Equal($"http://{stage.Name}:{stage.Description.GrpcPort}", Get("orchestrator").Map("environment")[$"Stages__{stage.Description.Name}"]);
    }

    [Theory]
    [MemberData(nameof(Containers))]
    public void Container_IsConfined(string name)
    {
        var container = Get(name);
        Assert.True(container.At("read_only")!.GetValue<bool>());
        Assert.Equal("ALL", container.At("cap_drop")![0]!.ToString());
        Assert.Equal("no-new-privileges:true", container.At("security_opt")![0]!.ToString());
        Assert.Null(container["privileged"]);
        Assert.All((container["ports"] as JsonArray ?? []).Select(port => port!.ToString()), port => Assert.StartsWith("127.0.0.1:", port, StringComparison.Ordinal));
        if (container["build"] is null)
        {
            Assert.Matches(@":v?\d+\.\d+\.\d+$", container.Text("image"));
        }
        else
        {
            Assert.Equal(Dockerfile.Current.Get(container.Text("build.target")).One("USER"), container.Text("user"));
            Assert.Equal("docker/Dockerfile", container.Text("build.dockerfile"));

            // The image says which version it is tagged as; its revision is that of the sources.
            Assert.EndsWith($":{container.Text("build.args.VERSION")}", container.Text("image"), StringComparison.Ordinal);
            Assert.Null(container.At("build.args.REVISION"));
        }
    }

    [Theory]
    [MemberData(nameof(Containers))]
    public void Container_MountsWhatIsThere(string name)
    {
        foreach (var source in (Get(name)["volumes"] as JsonArray ?? []).Select(volume => volume!.ToString().Split(':')[0]))
        {
            Assert.True(source.StartsWith("./", StringComparison.Ordinal)
                ? Directory.Exists(Path.Combine(Tools.Root, source))
                : Compose["volumes"]!.AsObject().ContainsKey(source), $"{name} mounts {source}");
        }
    }

    [Fact]
    public void Grafana_FindsTheDashboards()
    {
        var provider = Assert.Single(Read("docker/grafana/provisioning/dashboards/videograin.yml").List("providers"));
        Assert.Equal(("file", "k8s/dashboards"), (provider.Text("type"), Mounted("grafana", provider.Text("options.path"))));
        Assert.Equal("docker/grafana/provisioning", Mounted("grafana", "/etc/grafana/provisioning"));

        // Dashboards choose a data source of this type.
        var source = Assert.Single(Read("docker/grafana/provisioning/datasources/prometheus.yml").List("datasources"));
        Assert.Equal(("prometheus", "http://prometheus:9090"), (source.Text("type"), source.Text("url")));
    }

    [Fact]
    public void Grafana_ShowsEverythingAndLetsNobodyIn()
    {
        var settings = Get("grafana").Map("environment");

        Assert.Equal(("true", "Viewer"), (settings["GF_AUTH_ANONYMOUS_ENABLED"], settings["GF_AUTH_ANONYMOUS_ORG_ROLE"]));

        // Neither a fresh volume nor one with an account from before takes the well-known password, by form or by header.
        Assert.Equal(
            ("true", "true", "false"),
            (settings["GF_SECURITY_DISABLE_INITIAL_ADMIN_CREATION"], settings["GF_AUTH_DISABLE_LOGIN_FORM"], settings["GF_AUTH_BASIC_ENABLED"]));
    }

    [Theory]
    [MemberData(nameof(Services))]
    public void Stage_WithADeviceToLose_EndsWithoutIt_AndIsRestarted(string name)
    {
        var hasDevice = Get(name).At("deploy.resources.reservations.devices") is not null;

        Assert.Equal(hasDevice ? "true" : null, Get(name).Map("environment").GetValueOrDefault("Shutdown__ExitWhenDead"));
        Assert.Equal("unless-stopped", Get(name).Text("restart"));

        // The program hands on what the host ended with.
        Assert.Equal(typeof(int), Service.All.Single(service => service.Name == name).Build.Method.DeclaringType!.Assembly.EntryPoint!.ReturnType);
    }

    [Fact]
    public void Prometheus_TakesTheRules_AndNamesJobsAsTheOperatorDoes()
    {
        var configuration = Read("docker/prometheus/prometheus.yml");
        var start = Get("prometheus").At("entrypoint")![2]!.ToString();

        Assert.Contains("rules.sh /etc/videograin/alerts /rules ", start, StringComparison.Ordinal);
        Assert.Equal("k8s/alerts", Mounted("prometheus", "/etc/videograin/alerts"));
        Assert.Equal("/rules/*.yaml", Assert.Single(configuration.At("rule_files")!.AsArray())!.ToString());
        Assert.StartsWith("/rules:", Assert.Single(Get("prometheus").At("tmpfs")!.AsArray())!.ToString(), StringComparison.Ordinal);

        // A ServiceMonitor's job is the service's name, a PodMonitor's is its own with the namespace.
        var monitors = Yaml.Read(File.ReadAllText(Path.Combine(Tools.Root, "k8s", "components", "monitoring", "monitors.yaml")));
        Assert.Equal(
            monitors.Select(monitor => monitor.Kind() == "PodMonitor" ? $"videograin/{monitor.Name()}" : monitor.Name()),
            configuration.List("scrape_configs").Select(job => job.Text("job_name")));
        Assert.All(configuration.List("scrape_configs").SelectMany(job => job.List("static_configs")), group => Assert.Equal("videograin", group.Text("labels.namespace")));
    }

    private static string? Mounted(string container, string target) => (Get(container)["volumes"] as JsonArray ?? []).Select(volume => volume!.ToString().Split(':'))
        .Where(parts => parts[1] == target && parts[2] == "ro").Select(parts => parts[0]["./".Length..]).SingleOrDefault();

    private static JsonObject Read(string path) => Yaml.Read(File.ReadAllText(Path.Combine(Tools.Root, path)))[0];

    private static JsonObject Get(string name) => Compose["services"]![name]!.AsObject();
}
