using System.Diagnostics;
using System.Diagnostics.Metrics;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using OpenTelemetry;
using OpenTelemetry.Metrics;

namespace VideoGrain.Portable.Prometheus.Tests;

public sealed class ScrapeTests
{
    // What a Prometheus 2.x server sends.
    private const string PrometheusAccept =
        "application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1";

    [Theory]
    [InlineData(null, "text/plain")]
    [InlineData("*/*", "text/plain")]
    [InlineData("text/plain", "text/plain")]
    [InlineData("application/openmetrics-text; version=1.0.0", "application/openmetrics-text")]
    [InlineData("application/openmetrics-text; version=9.0.0, text/plain", "text/plain")]
    [InlineData("application/openmetrics-text; version=1.0.0; q=0.2, text/plain; q=0.9", "text/plain")]
    [InlineData("application/openmetrics-text; version=1.0.0; q=0, */*", "text/plain")]
    [InlineData(PrometheusAccept, "application/openmetrics-text")]
    public async Task Scrape_Accept_ChoosesTheFormat(string? accept, string mediaType)
    {
        await using var host = await ScrapeHost.StartAsync();
        host.Meter.CreateCounter<long>("calls").Add(1);

        var (text, type) = await host.ScrapeAsync(accept);

        Assert.Equal(mediaType, type);
        Assert.NotEmpty(ExpositionParser.Parse(text, openMetrics: type != "text/plain"));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Counter_Any_EndsInTotalOnce(bool openMetrics)
    {
        await using var host = await ScrapeHost.StartAsync();
        host.Meter.CreateCounter<long>("videograin_jobs_submitted_total").Add(2);
        host.Meter.CreateCounter<double>("videograin.gpu.time", "s", "Time on the device").Add(1.5, new KeyValuePair<string, object?>("op", "gemm"));

        var families = await host.FamiliesAsync(openMetrics);

        var jobs = families[openMetrics ? "videograin_jobs_submitted" : "videograin_jobs_submitted_total"].Samples.Single();
        Assert.Equal(("videograin_jobs_submitted_total", 2), (jobs.Name, jobs.Value));
        var gpu = families[openMetrics ? "videograin_gpu_time_seconds" : "videograin_gpu_time_seconds_total"];
        Assert.Equal(("Time on the device", openMetrics ? "seconds" : null), (gpu.Help, gpu.Unit));
        Assert.Equal(("videograin_gpu_time_seconds_total", 1.5, "gemm"), (gpu.Samples[0].Name, gpu.Samples[0].Value, gpu.Samples[0].Labels["op"]));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Histogram_Recorded_HasCumulativeBucketsSumAndCount(bool openMetrics)
    {
        await using var host = await ScrapeHost.StartAsync(
            views: b => b.AddView("step.duration", new ExplicitBucketHistogramConfiguration { Boundaries = [0.25, 1, 3600] }));
        var histogram = host.Meter.CreateHistogram<double>("step.duration", "s");
        foreach (var seconds in new[] { 0.25, 0.5, 2, 7200 })
            histogram.Record(seconds);

        var family = (await host.FamiliesAsync(openMetrics))["step_duration_seconds"];

        var buckets = family.Samples.Where(s => s.Name.EndsWith("_bucket", StringComparison.Ordinal));
        Assert.Equal([("0.25", 1), ("1", 2), ("3600", 3), ("+Inf", 4)], buckets.Select(b => (b.Labels["le"], b.Value)));
        Assert.Equal(7202.75, family.Samples.Single(s => s.Name == "step_duration_seconds_sum").Value);
        Assert.Equal(4, family.Samples.Single(s => s.Name == "step_duration_seconds_count").Value);
    }

    [Fact]
    public async Task Gauge_Kinds_AreGaugesWithTheirUnits()
    {
        await using var host = await ScrapeHost.StartAsync();
        host.Meter.CreateUpDownCounter<long>("jobs", "{job}").Add(-3, new KeyValuePair<string, object?>("state", "QUEUED"));
        host.Meter.CreateObservableGauge("memory", () => 12L, "By");
        host.Meter.CreateObservableGauge("busy", () => 0.5, "1");
        host.Meter.CreateObservableGauge("rate", () => double.PositiveInfinity, "By/s");

        var families = await host.FamiliesAsync();

        Assert.All(["jobs", "memory_bytes", "busy", "rate_bytes_per_second"], name => Assert.Equal("gauge", families[name].Type));
        Assert.Equal(-3, families["jobs"].Samples[0].Value);
        Assert.Equal("QUEUED", families["jobs"].Samples[0].Labels["state"]);
        Assert.Equal(double.PositiveInfinity, families["rate_bytes_per_second"].Samples[0].Value);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Labels_HostileText_SurvivesTheRoundTrip(bool openMetrics)
    {
        await using var host = await ScrapeHost.StartAsync();
        const string Hostile = "a \"b\" \\ c\nd } , é =";
        host.Meter.CreateCounter<long>("first.metric-of/all", null, "Help \\ with\nlines and \"quotes\"").Add(
            1,
            new("http.route", Hostile),
            new("http_route", "second"),
            new("9lives", true));

        var families = await host.FamiliesAsync(openMetrics);

        var family = families[openMetrics ? "first_metric_of_all" : "first_metric_of_all_total"];
        Assert.Equal("Help \\ with\nlines and \"quotes\"", family.Help);
        var labels = family.Samples.Single().Labels;
        Assert.Equal(Hostile + ";second", labels["http_route"]);
        Assert.Equal("true", labels["_9lives"]);
    }

    [Fact]
    public async Task OpenMetrics_Always_TellsTargetAndScope()
    {
        await using var host = await ScrapeHost.StartAsync();
        host.Meter.CreateCounter<long>("calls").Add(1);

        var families = await host.FamiliesAsync(openMetrics: true);

        var target = families["target"].Samples.Single();
        Assert.Equal(("target_info", "denoiser", "a \"quoted\" one"), (target.Name, target.Labels["service_name"], target.Labels["service_instance_id"]));
        Assert.Equal("test.meter", families["otel_scope"].Samples.Single().Labels["otel_scope_name"]);
        Assert.Equal("1.2", families["calls"].Samples.Single().Labels["otel_scope_version"]);
    }

    [Fact]
    public async Task Exemplars_MeasuredInSpans_NameTheTraceInOpenMetricsOnly()
    {
        await using var host = await ScrapeHost.StartAsync(
            views: b => b.SetExemplarFilter(ExemplarFilterType.TraceBased).AddView("step.duration", new ExplicitBucketHistogramConfiguration { Boundaries = [1, 10] }));
        var (histogram, counter) = (host.Meter.CreateHistogram<double>("step.duration", "s"), host.Meter.CreateCounter<long>("calls"));
        histogram.Record(0.5);
        using var span = new Activity("work") { ActivityTraceFlags = ActivityTraceFlags.Recorded }.SetIdFormat(ActivityIdFormat.W3C).Start();
        histogram.Record(5);
        counter.Add(2);
        span.Stop();

        var openMetrics = await host.FamiliesAsync(openMetrics: true);
        var text = await host.FamiliesAsync();

        var buckets = openMetrics["step_duration_seconds"].Samples.Where(s => s.Name.EndsWith("_bucket", StringComparison.Ordinal)).ToList();
        Assert.Equal(["10"], buckets.Where(b => b.Exemplar != null).Select(b => b.Labels["le"]));
        var exemplar = buckets.Single(b => b.Exemplar != null).Exemplar!;
        Assert.Equal((span.TraceId.ToHexString(), span.SpanId.ToHexString(), 5), (exemplar.Labels["trace_id"], exemplar.Labels["span_id"], exemplar.Value));
        Assert.Equal(span.StartTimeUtc, DateTimeOffset.FromUnixTimeMilliseconds((long)(exemplar.Timestamp * 1000)).UtcDateTime, TimeSpan.FromMinutes(1));
        Assert.Equal(2, openMetrics["calls"].Samples.Single().Exemplar?.Value);
        Assert.All(text.Values.SelectMany(f => f.Samples), sample => Assert.Null(sample.Exemplar));
    }

    [Fact]
    public async Task Family_SharedByTwoMeters_IsWrittenInOnePiece()
    {
        await using var host = await ScrapeHost.StartAsync();
        using var other = new Meter("test.meter.other");
        host.Meter.CreateCounter<long>("calls").Add(1);
        host.Meter.CreateCounter<long>("between").Add(1);
        other.CreateCounter<long>("calls").Add(2);

        var families = await host.FamiliesAsync();

        Assert.Equal(["test.meter", "test.meter.other"], families["calls_total"].Samples.Select(s => s.Labels["otel_scope_name"]));
    }

    [Fact]
    public async Task Scrape_WithinTheCacheDuration_AnswersFromTheCache()
    {
        await using var host = await ScrapeHost.StartAsync(configure: o => o.ScrapeResponseCacheDurationMilliseconds = 1000);
        var counter = host.Meter.CreateCounter<long>("calls");
        counter.Add(1);
        var first = (await host.FamiliesAsync())["calls_total"].Samples[0].Value;
        counter.Add(1);
        var cached = (await host.FamiliesAsync())["calls_total"].Samples[0].Value;
        host.Clock.Advance(TimeSpan.FromMilliseconds(1001));
        var fresh = (await host.FamiliesAsync())["calls_total"].Samples[0].Value;

        Assert.Equal((1, 1, 2), (first, cached, fresh));
    }

    [Fact]
    public async Task Scrape_ManyAtOnce_AllSucceed()
    {
        await using var host = await ScrapeHost.StartAsync();
        host.Meter.CreateCounter<long>("calls").Add(1);

        var scrapes = await Task.WhenAll(Enumerable.Range(0, 32).Select(i => host.FamiliesAsync(openMetrics: i % 2 == 0)));

        Assert.All(scrapes, families => Assert.Contains(families.Keys, k => k.StartsWith("calls", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Middleware_NothingRecorded_AnswersAnEmptyExposition()
    {
        await using var host = await ScrapeHost.StartAsync(asMiddleware: true);

        Assert.Empty(await host.FamiliesAsync());
    }

    [Fact]
    public void Endpoint_ProviderWithoutExporter_SaysWhatToCall()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Services.AddSingleton(_ => Sdk.CreateMeterProviderBuilder().Build());
        var app = builder.Build();

        var error = Assert.Throws<ArgumentException>(() => app.MapPrometheusScrapingEndpoint());

        Assert.Contains("AddPrometheusExporter", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Text_AllKinds_PassesPromtool()
    {
        Assert.True(File.Exists("/usr/bin/promtool"), "promtool is missing: run tests/Observability.Tests/setup.sh (Debian package prometheus)");
        await using var host = await ScrapeHost.StartAsync();
        host.Meter.CreateCounter<long>("calls", "{call}", "Calls").Add(1, new KeyValuePair<string, object?>("a", "x\"\\\ny"));
        host.Meter.CreateHistogram<double>("wait", "s", "Waiting").Record(0.1);
        host.Meter.CreateUpDownCounter<long>("jobs", "{job}", "Jobs").Add(1);
        var (text, _) = await host.ScrapeAsync();

        var start = new ProcessStartInfo("/usr/bin/promtool", ["check", "metrics"])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var promtool = Process.Start(start)!;
        await promtool.StandardInput.WriteAsync(text);
        promtool.StandardInput.Close();
        var complaints = await promtool.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken)
            + await promtool.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await promtool.WaitForExitAsync(TestContext.Current.CancellationToken).WaitAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken);

        Assert.Equal("", complaints);
        Assert.Equal(0, promtool.ExitCode);
    }
}
