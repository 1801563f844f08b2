using VideoGrain.Kubernetes.Tests.Support;

namespace VideoGrain.Kubernetes.Tests;

/// <summary>What no pod may do and every pod must have.</summary>
public sealed class PodPolicyTests
{
    public static TheoryData<string> Overlays => Overlay.Names;

    [Theory]
    [MemberData(nameof(Overlays))]
    public Task Pods_RunWithoutPrivileges(string overlay) => EachPodAsync(overlay, pod =>
    {
        Assert.True(pod.Pod.At("securityContext.runAsNonRoot")!.GetValue<bool>());
        Assert.NotEqual(0, pod.Pod.Number("securityContext.runAsUser"));
        Assert.Equal("RuntimeDefault", pod.Pod.Text("securityContext.seccompProfile.type"));
        Assert.False(pod.Pod.At("automountServiceAccountToken")!.GetValue<bool>());
        Assert.NotEqual("", pod.Pod.Text("serviceAccountName"));
        foreach (var shared in (string[])["hostNetwork", "hostPID", "hostIPC"])
            Assert.Null(pod.Pod.At(shared));

        Assert.DoesNotContain(pod.Pod.List("volumes"), volume => volume["hostPath"] is not null);
        foreach (var container in pod.AllContainers)
        {
            Assert.False(container.At("securityContext.allowPrivilegeEscalation")!.GetValue<bool>());
            Assert.True(container.At("securityContext.readOnlyRootFilesystem")!.GetValue<bool>());
            Assert.Null(container.At("securityContext.privileged"));
            Assert.Equal(["ALL"], container.At("securityContext.capabilities.drop")!.AsArray().Select(name => name!.ToString()));
            Assert.Null(container.At("securityContext.capabilities.add"));
            Assert.DoesNotContain(container.List("ports"), port => port["hostPort"] is not null);
        }
    });

    [Theory]
    [MemberData(nameof(Overlays))]
    public Task Job_ThatHasEnded_Goes_SoThatAnotherImageCanBeApplied(string overlay) => EachPodAsync(overlay, pod =>
    {
        if (pod.Item.Kind() == "Job")
            Assert.InRange(pod.Item.Number("spec.ttlSecondsAfterFinished"), 1, 3600);
    });

    [Theory]
    [MemberData(nameof(Overlays))]
    public Task Containers_HaveRequestsAndLimits(string overlay) => EachPodAsync(overlay, pod =>
    {
        foreach (var container in pod.AllContainers)
        {
            foreach (var path in (string[])["requests.cpu", "requests.memory", "limits.cpu", "limits.memory"])
                Assert.True(container.Text($"resources.{path}").Length > 0, $"{pod.Name}/{container.Text("name")} lacks {path}");
        }

        Assert.All(pod.Pod.List("volumes").Where(volume => volume["emptyDir"] is not null), volume => Assert.NotEqual("", volume.Text("emptyDir.sizeLimit")));
    });

    [Theory]
    [MemberData(nameof(Overlays))]
    public Task Containers_MountWhatIsThere_AndWriteOnlyWhereTheyMust(string overlay) => EachPodAsync(overlay, pod =>
    {
        var volumes = pod.Pod.List("volumes").ToDictionary(volume => volume.Text("name"));
        var mounts = pod.AllContainers.SelectMany(container => container.List("volumeMounts")).ToList();
        Assert.Equal(volumes.Keys.Order(StringComparer.Ordinal), mounts.Select(mount => mount.Text("name")).Distinct().Order(StringComparer.Ordinal));
        foreach (var mount in mounts)
        {
            var (name, isReadOnly) = (mount.Text("name"), mount.At("readOnly")?.GetValue<bool>() ?? false);
            var mayWrite = name is "tmp" or "data" || (name == "models" && pod.Item.Kind() == "Job");
            Assert.True(isReadOnly != mayWrite, $"{pod.Name} mounts {name} {(isReadOnly ? "read-only" : "for writing")}");
        }
    });

    [Theory]
    [MemberData(nameof(Overlays))]
    public Task Images_AreOursAtAFixedVersion(string overlay) => EachPodAsync(overlay, pod =>
        Assert.All(pod.AllContainers, container => Assert.Matches(@"^videograin/[a-z-]+:\d+\.\d+\.\d+$", container.Text("image"))));

    [Theory]
    [MemberData(nameof(Overlays))]
    public async Task Services_HaveAllThreeProbes_ABudgetAndASpread(string overlay)
    {
        var rendered = await Overlay.RenderAsync(overlay);
        foreach (var pod in rendered.Workloads.Where(workload => workload.Item.Kind() != "Job"))
        {
            foreach (var probe in (string[])["startupProbe", "readinessProbe", "livenessProbe"])
                Assert.NotNull(pod.Main.At($"{probe}.httpGet"));

            Assert.Single(rendered.Of("PodDisruptionBudget"), budget => budget.At("spec.selector").Selects(pod.Labels));
            Assert.Contains(pod.Pod.List("topologySpreadConstraints"), spread => spread.Text("topologyKey") == "kubernetes.io/hostname" && spread.At("labelSelector").Selects(pod.Labels));
        }
    }

    [Theory]
    [MemberData(nameof(Overlays))]
    public async Task Namespace_EnforcesTheRestrictedStandard_AndHoldsEverything(string overlay)
    {
        var rendered = await Overlay.RenderAsync(overlay);
        var name = Assert.Single(rendered.Of("Namespace"));
        Assert.Equal("restricted", name.Map("metadata.labels")["pod-security.kubernetes.io/enforce"]);
        Assert.All(rendered.Objects.Where(item => item.Kind() != "Namespace"), item => Assert.Equal(name.Name(), item.Text("metadata.namespace")));
    }

    [Theory]
    [MemberData(nameof(Overlays))]
    public async Task Secrets_AreReferredToAndNeverHeld(string overlay)
    {
        var rendered = await Overlay.RenderAsync(overlay);
        Assert.Empty(rendered.Of("Secret"));
        foreach (var settings in rendered.Of("ConfigMap").SelectMany(map => map.Map("data")))
            Assert.DoesNotMatch("(?i)password|secret|accesskey|apikey", settings.Key);
    }

    private static async Task EachPodAsync(string overlay, Action<Workload> check)
    {
        var workloads = (await Overlay.RenderAsync(overlay)).Workloads.ToList();
        Assert.True(workloads.Count > Service.All.Count);
        workloads.ForEach(check);
    }
}
