using System.Text.RegularExpressions;
using VideoGrain.Observability.Tests.Support;

namespace VideoGrain.Observability.Tests;

/// <summary>Dashboards and rules against a real Prometheus that watches a real system.</summary>
[Collection(SystemTests.Name)]
public sealed partial class PrometheusTests(ObservedSystem system)
{
    // OpenMetrics may tell beside a series when it began.
    private const string WhenCreated = "_created";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static TheoryData<string, string, string> PanelQueries()
    {
        var data = new TheoryData<string, string, string>();
        foreach (var (board, panel, query) in Dashboards.Queries) data.Add(board, panel, query);
        return data;
    }

    public static TheoryData<string, string> Measurements()
    {
        var data = new TheoryData<string, string>();
        foreach (var rule in RuleFiles.Rules) data.Add(rule.Name, rule.Record is not null ? rule.Expr : AlertRuleTests.Measurement(rule.Expr));
        return data;
    }

    [Fact]
    public async Task EveryService_IsScraped()
    {
        var up = await system.Prometheus.QueryAsync("up", Cancellation);

        Assert.Equal(5, up.Count);
        Assert.All(up, series => Assert.Equal(1, series.Value));
    }

    [Theory]
    [MemberData(nameof(PanelQueries))]
    public async Task Panel_AfterAnEdit_ShowsNumbers(string board, string panel, string query)
    {
        var series = await system.Prometheus.QueryAsync(query, Cancellation);

        Assert.True(series.Any(one => double.IsFinite(one.Value)), $"{board}, {panel}: {query} gives {series.Count} series and no number");
    }

    [Theory]
    [MemberData(nameof(Measurements))]
    public async Task Rule_OfARunningSystem_MeasuresSomething(string rule, string expression)
    {
        var series = await system.Prometheus.QueryAsync(expression, Cancellation);

        Assert.True(series.Any(one => double.IsFinite(one.Value)), $"{rule}: {expression} gives {series.Count} series and no number");
    }

    [Fact]
    public async Task HealthySystem_GivesNoAlarm()
    {
        var alerts = (await system.Prometheus.GetAsync("/api/v1/alerts", Cancellation)).GetProperty("alerts").EnumerateArray()
            .Select(alert => alert.GetProperty("labels").GetProperty("alertname").GetString()!);

        // The machine's disk is not the system's.
        Assert.DoesNotContain(alerts, name => !name.StartsWith("VideoGrainDisk", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Metrics_AreTheDocumentedOnes()
    {
        var documented = MetricName().Matches(await File.ReadAllTextAsync(Repository.At("docs", "operations", "telemetry.md"), Cancellation)).Select(match => match.Groups[1].Value).ToHashSet();
        var present = (await system.Prometheus.GetAsync("/api/v1/label/__name__/values", Cancellation)).EnumerateArray().Select(name => name.GetString()!)
            .Where(name => name.StartsWith("videograin_", StringComparison.Ordinal) || name.StartsWith("hw_", StringComparison.Ordinal))
            .Where(name => !name.EndsWith(WhenCreated, StringComparison.Ordinal)).Select(name => HistogramSuffix().Replace(name, "")).ToHashSet();

        Assert.Equal(documented.Order(StringComparer.Ordinal), present.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Histogram_OfJobs_LeadsToTheirTraces()
    {
        var exemplars = await system.Prometheus.ExemplarsAsync("videograin_job_duration_seconds_bucket", Cancellation);

        Assert.Contains(ObservedSystem.CallerTrace, exemplars.Select(exemplar => exemplar.TraceId));
    }

    [GeneratedRegex("`((?:videograin|hw)_[a-z_]+)")]
    private static partial Regex MetricName();

    [GeneratedRegex("_(bucket|sum|count)$")]
    private static partial Regex HistogramSuffix();
}
