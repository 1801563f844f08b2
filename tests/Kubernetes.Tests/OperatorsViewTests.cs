using System.Text;
using VideoGrain.Kubernetes.Tests.Support;

namespace VideoGrain.Kubernetes.Tests;

/// <summary>What operators see comes along with the overlays for GPU nodes: dashboards, rules.</summary>
public sealed class OperatorsViewTests
{
    /// <summary>Of all annotations of an object together; kubectl apply puts the object's whole text into one of them.</summary>
    private const int MaxAnnotationBytes = 256 << 10;

    public static TheoryData<string> Overlays => Overlay.Names;

    public static TheoryData<string> GpuOverlays => GpuTests.GpuOverlays;

    [Theory]
    [MemberData(nameof(GpuOverlays))]
    public async Task Dashboards_ComeAsTheyAre_WhereGrafanasSidecarLooks(string overlay)
    {
        var maps = (await Overlay.RenderAsync(overlay)).Of("ConfigMap").Where(map => map.Map("metadata.labels").GetValueOrDefault("grafana_dashboard") == "1").ToList();
        var files = Directory.GetFiles(Path.Combine(Tools.Root, "k8s", "dashboards"), "*.json").ToDictionary(file => Path.GetFileName(file), File.ReadAllText);

        Assert.Equal(
            files.OrderBy(file => file.Key, StringComparer.Ordinal),
            maps.SelectMany(map => map.Map("data")).OrderBy(file => file.Key, StringComparer.Ordinal));
    }

    [Theory]
    [MemberData(nameof(GpuOverlays))]
    public async Task Rules_ComeWithThem(string overlay)
    {
        var rules = (await Overlay.RenderAsync(overlay)).Of("PrometheusRule").SelectMany(item => item.List("spec.groups")).SelectMany(group => group.List("rules")).ToList();

        Assert.Contains(rules, rule => rule.Text("alert") == "VideoGrainGpuLost");
        Assert.Contains(rules, rule => rule.Text("record") == "videograin:queue_stuck:bool");
    }

    [Theory]
    [MemberData(nameof(Overlays))]
    public async Task Objects_CanBeApplied(string overlay)
    {
        foreach (var item in (await Overlay.RenderAsync(overlay)).Objects)
            Assert.True(Encoding.UTF8.GetByteCount(item.ToJsonString()) < MaxAnnotationBytes, $"{item.Kind()} {item.Name()} is too large for kubectl apply");
    }
}
