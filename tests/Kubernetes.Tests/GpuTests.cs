using VideoGrain.Kubernetes.Tests.Support;

namespace VideoGrain.Kubernetes.Tests;

public sealed class GpuTests
{
    public static TheoryData<string> GpuOverlays => new(Overlay.Names.Select(overlay => overlay.Data).Where(overlay => overlay.StartsWith("gpu", StringComparison.Ordinal)));

    [Theory]
    [MemberData(nameof(GpuOverlays))]
    public async Task Engines_AskForOneGpu_AndGoWhereThereAreSome(string overlay)
    {
        foreach (var pod in (await Overlay.RenderAsync(overlay)).Workloads.Where(workload => workload.Name is "inversion" or "denoiser"))
        {
            Assert.Equal("1", pod.Main.Map("resources.limits")["nvidia.com/gpu"]);
            Assert.Equal("true", pod.Pod.Map("nodeSelector")["nvidia.com/gpu.present"]);
            Assert.Contains(pod.Pod.List("tolerations"), toleration => toleration.Text("key") == "nvidia.com/gpu" && toleration.Text("effect") == "NoSchedule");
        }
    }

    [Theory]
    [MemberData(nameof(GpuOverlays))]
    public async Task Updates_NeedNoSpareGpu(string overlay)
    {
        foreach (var pod in (await Overlay.RenderAsync(overlay)).Workloads.Where(workload => workload.Main.Map("resources.limits").ContainsKey("nvidia.com/gpu")))
            Assert.True(pod.Item.Number("spec.strategy.rollingUpdate.maxUnavailable") > 0, pod.Name);
    }

    [Theory]
    [MemberData(nameof(GpuOverlays))]
    public async Task OtherPods_KeepOffGpuNodes(string overlay)
    {
        foreach (var pod in (await Overlay.RenderAsync(overlay)).Workloads.Where(workload => workload.Name is not ("inversion" or "denoiser")))
            Assert.Empty(pod.Pod.List("tolerations"));
    }

    [Fact]
    public async Task LocalCpu_AsksForNoGpu()
    {
        foreach (var pod in (await Overlay.RenderAsync("local-cpu")).Workloads)
            Assert.DoesNotContain("nvidia.com/gpu", pod.Main.Map("resources.limits").Keys);
    }
}
