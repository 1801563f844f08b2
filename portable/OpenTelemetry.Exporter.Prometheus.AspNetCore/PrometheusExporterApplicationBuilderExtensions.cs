using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using OpenTelemetry.Exporter;
using OpenTelemetry.Exporter.Prometheus;
using OpenTelemetry.Metrics;

namespace Microsoft.AspNetCore.Builder;

/// <summary>Adds the Prometheus scraping endpoint as middleware.</summary>
public static class PrometheusExporterApplicationBuilderExtensions
{
    /// <summary>Answers scrapes at <see cref="PrometheusAspNetCoreOptions.ScrapeEndpointPath"/>.</summary>
    /// <param name="app">The pipeline; its services hold the <see cref="MeterProvider"/>.</param>
    /// <returns><paramref name="app"/>, for chaining.</returns>
    public static IApplicationBuilder UseOpenTelemetryPrometheusScrapingEndpoint(this IApplicationBuilder app)
    {
        ArgumentNullException.ThrowIfNull(app);
        var options = app.ApplicationServices.GetRequiredService<IOptions<PrometheusAspNetCoreOptions>>().Value;
        return app.UseOpenTelemetryPrometheusScrapingEndpoint(
            options.ScrapeEndpointPath ?? PrometheusAspNetCoreOptions.DefaultScrapeEndpointPath);
    }

    /// <summary>Answers scrapes at a path.</summary>
    /// <param name="app">The pipeline; its services hold the <see cref="MeterProvider"/>.</param>
    /// <param name="path">Path of the endpoint, such as <c>/metrics</c>.</param>
    /// <returns><paramref name="app"/>, for chaining.</returns>
    /// <exception cref="ArgumentException">The provider has no Prometheus exporter.</exception>
    public static IApplicationBuilder UseOpenTelemetryPrometheusScrapingEndpoint(this IApplicationBuilder app, string path)
    {
        ArgumentNullException.ThrowIfNull(app);
        ArgumentException.ThrowIfNullOrEmpty(path);
        var endpoint = ScrapeEndpoint.For(app.ApplicationServices);
        return app.Map(path.StartsWith('/') ? path : "/" + path, branch => branch.Run(endpoint.InvokeAsync));
    }
}
