using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Net.Http.Headers;
using OpenTelemetry.Metrics;

namespace OpenTelemetry.Exporter.Prometheus;

/// <summary>Answers one scrape in the format that the Accept header asks for.</summary>
internal sealed class ScrapeEndpoint(PrometheusExporter exporter)
{
    private const string OpenMetricsMediaType = "application/openmetrics-text";
    private const string TextMediaType = "text/plain";
    private const string OpenMetricsContentType = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    private const string TextContentType = "text/plain; charset=utf-8; version=0.0.4";

    public static ScrapeEndpoint For(IServiceProvider services)
    {
        var exporter = PrometheusExporter.Of(services.GetRequiredService<MeterProvider>())
            ?? throw new ArgumentException("The MeterProvider has no Prometheus exporter: call AddPrometheusExporter() on its builder.");
        return new ScrapeEndpoint(exporter);
    }

    public async Task InvokeAsync(HttpContext context)
    {
        var format = AcceptsOpenMetrics(context.Request) ? ExpositionFormat.OpenMetrics : ExpositionFormat.Text;
        var scrape = await exporter.ScrapeAsync(format, context.RequestAborted);
        context.Response.ContentType = format == ExpositionFormat.OpenMetrics ? OpenMetricsContentType : TextContentType;
        context.Response.ContentLength = scrape.Body.Length;
        context.Response.GetTypedHeaders().LastModified = scrape.CollectedAt;
        await context.Response.Body.WriteAsync(scrape.Body, context.RequestAborted);
    }

    // Only an explicit wish for OpenMetrics 1.0 gets it, and only where the older text format is not liked better: "*/*" and unknown versions
    // take the text format.
    private static bool AcceptsOpenMetrics(HttpRequest request)
    {
        if (!MediaTypeHeaderValue.TryParseList(request.Headers.Accept, out var accepted))
            return false;
        var openMetrics = accepted.Where(IsOpenMetrics).Select(Quality).DefaultIfEmpty(0).Max();
        var text = accepted.Where(type => type.MediaType.Equals(TextMediaType, StringComparison.OrdinalIgnoreCase)).Select(Quality).DefaultIfEmpty(0).Max();
        return openMetrics > 0 && openMetrics >= text;
    }

    private static bool IsOpenMetrics(MediaTypeHeaderValue type) =>
        type.MediaType.Equals(OpenMetricsMediaType, StringComparison.OrdinalIgnoreCase)
        && type.Parameters.All(p => !p.Name.Equals("version", StringComparison.OrdinalIgnoreCase) || p.Value == "1.0.0");

    private static double Quality(MediaTypeHeaderValue type) => type.Quality ?? 1;
}
