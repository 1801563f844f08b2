using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using VideoGrain.Kubernetes.Tests.Support;
using VideoGrain.Orchestrator.Options;

namespace VideoGrain.Kubernetes.Tests;

/// <summary>KEDA's objects against the orchestrator that answers them.</summary>
public sealed partial class ScalingTests
{
    /// <summary>Time that a cloud takes to bring up a GPU node and pull an image to it, beyond the pod's own start.</summary>
    private static readonly TimeSpan NodeStart = TimeSpan.FromMinutes(10);

    public static TheoryData<string, string> Scaled => new(Overlay.Names
        .SelectMany(overlay => Overlay.RenderAsync(overlay.Data).GetAwaiter().GetResult().Of("ScaledObject").Select(item => (overlay.Data, item.Name()))));

    [Theory]
    [MemberData(nameof(Scaled))]
    public async Task Target_IsADeploymentThatLeavesItsReplicasToKeda(string overlay, string name)
    {
        var (rendered, scaled) = await FindAsync(overlay, name);
        Assert.Null(rendered.Get("Deployment", scaled.Text("spec.scaleTargetRef.name")).At("spec.replicas"));
        Assert.Contains("nvidia.com/gpu", Gpu(rendered, scaled).Map("resources.limits").Keys);
    }

    [Theory]
    [MemberData(nameof(Scaled))]
    public async Task Push_ReachesTheOrchestrator_WhichServesIt(string overlay, string name)
    {
        var (rendered, scaled) = await FindAsync(overlay, name);
        var trigger = Trigger(scaled, "external-push");
        var parts = trigger.Text("metadata.scalerAddress").Split(':', '.');
        var service = rendered.Get("Service", parts[0]);
        var orchestrator = Orchestrator(rendered);

        Assert.Equal((service.Text("metadata.namespace"), "svc"), (parts[1], parts[2]));
        Assert.Contains(service.List("spec.ports"), port => port.Text("port") == parts[^1]);
        Assert.True(ServiceAgreementTests.Bound<ScalingOptions>(orchestrator, ScalingOptions.Section).ServeKeda);
        Assert.Equal(name == "inversion" ? "inverting" : "denoising", trigger.Text("metadata.stage"));
    }

    [Theory]
    [MemberData(nameof(Scaled))]
    public async Task Fallback_AsksPrometheusForTheSameNumberAndTarget(string overlay, string name)
    {
        var (rendered, scaled) = await FindAsync(overlay, name);
        var trigger = Trigger(scaled, "prometheus");
        var target = ServiceAgreementTests.Bound<ScalingOptions>(Orchestrator(rendered), ScalingOptions.Section).TargetSeconds;

        Assert.Equal(target, double.Parse(trigger.Text("metadata.threshold"), CultureInfo.InvariantCulture));
        var query = Query().Match(trigger.Text("metadata.query"));
        Assert.True(query.Success, trigger.Text("metadata.query"));
        Assert.Equal((scaled.Text("metadata.namespace"), Trigger(scaled, "external-push").Text("metadata.stage")), (query.Groups[1].Value, query.Groups[2].Value));
    }

    [Theory]
    [MemberData(nameof(Scaled))]
    public async Task Jobs_OutlastTheStartOfAGpuNode(string overlay, string name)
    {
        var (rendered, scaled) = await FindAsync(overlay, name);
        var stages = ServiceAgreementTests.Bound<StageOptions>(Orchestrator(rendered), StageOptions.Section);
        var probe = Gpu(rendered, scaled);
        var start = NodeStart + TimeSpan.FromSeconds(probe.Number("startupProbe.periodSeconds") * probe.Number("startupProbe.failureThreshold"));

        // While the circuit is broken a try costs no more than this.
        var shortest = stages.BreakDuration < stages.MaxDelay / 2 ? stages.BreakDuration : stages.MaxDelay / 2;
        Assert.True(stages.MaxRetries * shortest >= start, $"{stages.MaxRetries} retries of at least {shortest} do not last {start}");
    }

    [Theory]
    [InlineData("gpu")]
    [InlineData("gpu-ha")]
    public async Task Workers_AreEnoughForEveryGpu(string overlay)
    {
        var rendered = await Overlay.RenderAsync(overlay);
        var orchestrator = Orchestrator(rendered);
        var workers = orchestrator.Item.Number("spec.replicas") * ServiceAgreementTests.Bound<WorkerOptions>(orchestrator, WorkerOptions.Section).Parallelism;

        // A job is in one stage at a time.
        var gpus = rendered.Of("ScaledObject").Sum(scaled => scaled.Number("spec.maxReplicaCount"));
        Assert.InRange(workers, gpus, 3 * gpus);
    }

    private static Workload Orchestrator(Overlay rendered) => rendered.Workloads.Single(workload => workload.Name == "orchestrator");

    private static JsonObject Gpu(Overlay rendered, JsonObject scaled) =>
        rendered.Workloads.Single(workload => workload.Name == scaled.Text("spec.scaleTargetRef.name")).Main;

    private static JsonObject Trigger(JsonObject scaled, string type) => scaled.List("spec.triggers").Single(trigger => trigger.Text("type") == type);

    private static async Task<(Overlay Rendered, JsonObject Scaled)> FindAsync(string overlay, string name)
    {
        var rendered = await Overlay.RenderAsync(overlay);
        return (rendered, rendered.Get("ScaledObject", name));
    }

    [GeneratedRegex("""^max\(videograin_gpu_backlog_seconds\{namespace="([^"]+)",stage="([^"]+)"\}\)$""")]
    private static partial Regex Query();
}
