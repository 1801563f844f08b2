using VideoGrain.Kubernetes.Tests.Support;
using VideoGrain.Orchestrator.Artifacts;
using VideoGrain.Orchestrator.Options;
using VideoGrain.ServiceDefaults.Telemetry;

namespace VideoGrain.Kubernetes.Tests;

/// <summary>Every flow has a configured address behind it, and every configured address a flow.</summary>
public sealed class NetworkPolicyTests
{
    private const int PostgresPort = 5432;

    public static TheoryData<string> Overlays => Overlay.Names;

    [Theory]
    [MemberData(nameof(Overlays))]
    public async Task EverythingElse_IsDenied(string overlay)
    {
        var deny = (await Overlay.RenderAsync(overlay)).Get("NetworkPolicy", "default-deny");
        Assert.Empty(deny.At("spec.podSelector")!.AsObject());
        Assert.Equal(["Ingress", "Egress"], deny.At("spec.policyTypes")!.AsArray().Select(type => type!.ToString()));
        Assert.Null(deny.At("spec.ingress"));
        Assert.Null(deny.At("spec.egress"));
    }

    [Theory]
    [MemberData(nameof(Overlays))]
    public async Task OutwardFlows_AreTheConfiguredAddresses(string overlay)
    {
        var rendered = await Overlay.RenderAsync(overlay);
        Assert.Equal(Sorted(Addresses(rendered)), Sorted(Flows.Egress(rendered)));
    }

    [Theory]
    [MemberData(nameof(Overlays))]
    public async Task InwardFlows_AreThoseOfOurSenders_OfCallers_AndOfTheToolsInUse(string overlay)
    {
        var rendered = await Overlay.RenderAsync(overlay);
        var expected = Addresses(rendered).Where(flow => rendered.Workloads.Any(workload => workload.Name == flow.To)).ToHashSet();
        expected.Add(new Flow("namespace/videograin-callers", "orchestrator", Port("orchestrator").GrpcPort));

        // KEDA comes in where a ScaledObject sends it, Prometheus where a monitor does.
        foreach (var trigger in rendered.Of("ScaledObject").SelectMany(scaled => scaled.List("spec.triggers")).Where(trigger => trigger.Text("type") == "external-push"))
        {
            var (host, port) = Split(trigger.Text("metadata.scalerAddress"));
            expected.Add(new Flow("namespace/keda", host.Split('.')[0], port));
        }

        foreach (var workload in rendered.Workloads.Where(workload => Monitors(rendered, workload)))
            expected.Add(new Flow("namespace/monitoring", workload.Name, Port(workload.Name).HttpPort));

        Assert.Equal(Sorted(expected), Sorted(Flows.Ingress(rendered)));
    }

    [Theory]
    [MemberData(nameof(Overlays))]
    public async Task Names_MayBeLookedUpByAll(string overlay)
    {
        var rendered = await Overlay.RenderAsync(overlay);
        Assert.Equal(rendered.Workloads.Select(workload => workload.Name).ToHashSet(), Flows.Resolvers(rendered));
    }

    private static HashSet<Flow> Addresses(Overlay rendered)
    {
        var result = new HashSet<Flow>();
        foreach (var pod in rendered.Workloads.Where(workload => Service.All.Any(service => service.Name == workload.Name)))
        {
            if (ServiceAgreementTests.Bound<TelemetryOptions>(pod, TelemetryOptions.Section).OtlpEndpoint is { } collector)
                result.Add(new Flow(pod.Name, "namespace/" + collector.Host.Split('.')[1], collector.Port));
        }

        var orchestrator = rendered.Workloads.Single(workload => workload.Name == "orchestrator");
        var stages = ServiceAgreementTests.Bound<StageOptions>(orchestrator, StageOptions.Section);
        foreach (var address in (string[])[stages.Segmentation, stages.Inversion, stages.Denoiser])
        {
            var (host, port) = Split(address["dns:///".Length..]);
            var target = rendered.Get("Service", host);
            result.Add(new Flow("orchestrator", rendered.Workloads.Single(workload => target.Map("spec.selector").All(label => workload.Labels.GetValueOrDefault(label.Key) == label.Value)).Name, port));
        }

        // The connection string is a secret; that there is one is not.
        if (ServiceAgreementTests.Bound<DataOptions>(orchestrator, DataOptions.Section).Database == DatabaseKind.Postgres)
            result.Add(new Flow("orchestrator", "namespace/database", PostgresPort));

        if (ServiceAgreementTests.Bound<StoreOptions>(orchestrator, StoreOptions.Section).S3.Endpoint is { } store)
            result.Add(new Flow("orchestrator", "namespace/" + store.Host.Split('.')[1], store.Port));

        return result;
    }

    private static bool Monitors(Overlay rendered, Workload workload) =>
        rendered.Of("PodMonitor").Any(monitor => monitor.At("spec.selector").Selects(workload.Labels))
        || rendered.Of("ServiceMonitor").Any(monitor => rendered.Of("Service").Any(service =>
            monitor.At("spec.selector").Selects(service.Map("metadata.labels"))
            && service.Map("spec.selector").All(label => workload.Labels.GetValueOrDefault(label.Key) == label.Value)));

    private static ServiceDefaults.Hosting.ServiceDescription Port(string name) => Service.All.Single(service => service.Name == name).Description;

    private static (string Host, int Port) Split(string address) =>
        (address.Split(':')[0], int.Parse(address.Split(':')[1], System.Globalization.CultureInfo.InvariantCulture));

    private static IEnumerable<string> Sorted(IEnumerable<Flow> flows) => flows.Select(flow => flow.ToString()).Order(StringComparer.Ordinal);
}
