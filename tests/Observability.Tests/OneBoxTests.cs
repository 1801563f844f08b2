using VideoGrain.Observability.Tests.Support;

namespace VideoGrain.Observability.Tests;

/// <summary>How docker-compose.yml has Prometheus started, as far as it goes without containers.</summary>
public sealed class OneBoxTests
{
    [Fact]
    public async Task Prometheus_GetsEveryRule_AndIsContentWithItsConfiguration()
    {
        using var folder = new TempFolder();
        var cancellation = TestContext.Current.CancellationToken;

        var (succeeded, output) = await Tools.ScriptAsync(Repository.At("docker", "prometheus", "rules.sh"), Repository.At("k8s", "alerts"), folder.Path);

        Assert.True(succeeded, output);
        Assert.Equal(["alerts.yaml", "recording.yaml"], Directory.GetFiles(folder.Path).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        foreach (var (name, text) in RuleFiles.All) Assert.Equal(text, RuleFiles.Normalise(await File.ReadAllTextAsync(folder.At(name), cancellation)));

        var configuration = await File.ReadAllTextAsync(Repository.At("docker", "prometheus", "prometheus.yml"), cancellation);
        await File.WriteAllTextAsync(folder.At("prometheus.yml"), configuration.Replace("/rules/", folder.Path + "/", StringComparison.Ordinal), cancellation);
        var check = await Tools.PromtoolAsync(folder.Path, "check", "config", "prometheus.yml");
        Assert.True(check.Succeeded, check.Output);
        Assert.Contains("2 rule files found", check.Output, StringComparison.Ordinal);
    }
}
