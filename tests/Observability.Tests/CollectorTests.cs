using VideoGrain.Observability.Tests.Support;

namespace VideoGrain.Observability.Tests;

/// <summary>Traces, metrics and logs reach a collector over both of OTLP's transports, with its credentials.</summary>
[Collection(SystemTests.Name)]
public sealed class CollectorTests(ObservedSystem system)
{
    [Theory]
    [InlineData("/v1/traces")]
    [InlineData("/v1/metrics")]
    [InlineData("/v1/logs")]
    [InlineData("/opentelemetry.proto.collector.trace.v1.TraceService/Export")]
    [InlineData("/opentelemetry.proto.collector.metrics.v1.MetricsService/Export")]
    public async Task Collector_IsReached_WithItsCredentials(string path)
    {
        await Waiting.UntilAsync(() => system.Collector.Credentials.ContainsKey(path), path, TestContext.Current.CancellationToken);

        Assert.Equal(ObservedSystem.Credentials, system.Collector.Credentials[path]);
    }

    [Theory]
    [InlineData("videograin-orchestrator", "videograin.jobs.submitted")]
    [InlineData("videograin-segmentation", "videograin.stage.duration")]
    [InlineData("videograin-inversion", "videograin.step.duration")]
    [InlineData("videograin-denoiser", "rpc.server.call.duration")]
    public async Task Metrics_OfEveryService_ReachTheCollector(string service, string metric) =>
        await Waiting.UntilAsync(() => system.Collector.HasMetric(service, metric), $"{metric} of {service} has come", TestContext.Current.CancellationToken);
}
