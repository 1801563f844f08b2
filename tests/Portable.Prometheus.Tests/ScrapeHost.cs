using System.Diagnostics.Metrics;
using System.Net.Http.Headers;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;
using OpenTelemetry;
using OpenTelemetry.Exporter;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;

namespace VideoGrain.Portable.Prometheus.Tests;

/// <summary>A web application on loopback with one meter and a scraping endpoint.</summary>
internal sealed class ScrapeHost : IAsyncDisposable
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(20);

    private readonly WebApplication _app;
    private readonly HttpClient _client;

    private ScrapeHost(WebApplication app, Meter meter, FakeTimeProvider clock)
    {
        (_app, Meter, Clock) = (app, meter, clock);
        _client = new HttpClient { BaseAddress = new Uri(app.Urls.Single()), Timeout = Timeout };
    }

    public Meter Meter { get; }

    public FakeTimeProvider Clock { get; }

    public static async Task<ScrapeHost> StartAsync(
        string meterName = "test.meter",
        Action<PrometheusAspNetCoreOptions>? configure = null,
        Action<MeterProviderBuilder>? views = null,
        bool asMiddleware = false)
    {
        var meter = new Meter(meterName, "1.2");
        var clock = new FakeTimeProvider();
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var metrics = Sdk.CreateMeterProviderBuilder()
            .ConfigureServices(s => s.AddSingleton<TimeProvider>(clock))
            .SetResourceBuilder(ResourceBuilder.CreateEmpty().AddService("denoiser", serviceInstanceId: "a \"quoted\" one"))
            .AddMeter(meterName + "*")
            .AddPrometheusExporter(o =>
            {
                o.ScrapeResponseCacheDurationMilliseconds = 0;
                configure?.Invoke(o);
            });
        views?.Invoke(metrics);
        builder.Services.AddSingleton(_ => metrics.Build());
        var app = builder.Build();
        if (asMiddleware)
            app.UseOpenTelemetryPrometheusScrapingEndpoint();
        else
            app.MapPrometheusScrapingEndpoint();
        await app.StartAsync(TestContext.Current.CancellationToken).WaitAsync(Timeout, TestContext.Current.CancellationToken);
        return new ScrapeHost(app, meter, clock);
    }

    public async Task<(string Text, string MediaType)> ScrapeAsync(string? accept = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/metrics");
        if (accept != null)
            request.Headers.Accept.ParseAdd(accept);
        using var response = await _client.SendAsync(request, TestContext.Current.CancellationToken);
        response.EnsureSuccessStatusCode();
        MediaTypeHeaderValue type = response.Content.Headers.ContentType!;
        return (await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), type.MediaType!);
    }

    public async Task<IReadOnlyDictionary<string, Family>> FamiliesAsync(bool openMetrics = false)
    {
        var (text, _) = await ScrapeAsync(openMetrics ? "application/openmetrics-text; version=1.0.0" : null);
        return ExpositionParser.Parse(text, openMetrics);
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await _app.StopAsync(CancellationToken.None).WaitAsync(Timeout);
        await _app.DisposeAsync();
        Meter.Dispose();
    }
}
