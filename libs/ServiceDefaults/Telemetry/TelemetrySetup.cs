using System.Diagnostics.Metrics;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using OpenTelemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;
using VideoGrain.ServiceDefaults.Hosting;

namespace VideoGrain.ServiceDefaults.Telemetry;

/// <summary>Metrics for Prometheus, traces for an OTLP collector.</summary>
internal static class TelemetrySetup
{
    public static void AddTelemetry(this WebApplicationBuilder builder, ServiceDescription service)
    {
        var options = new TelemetryOptions();
        builder.Configuration.GetSection(TelemetryOptions.Section).Bind(options);
        builder.Services.AddMetrics();
        builder.Services.AddSingleton<RpcInstruments>();
        builder.Services.AddSingleton<ClientTelemetryInterceptor>();
        builder.Services.AddSingleton(provider => Sdk.CreateMeterProviderBuilder()
            .ConfigureResource(resource => Describe(resource, service))
            .AddView(OnlyOf(provider.GetRequiredService<IMeterFactory>()))
            .AddMeter(service.MeterName, service.RpcMeterName, "System.Runtime")
            .AddPrometheusExporter(exporter => exporter.ScrapeResponseCacheDurationMilliseconds = options.ScrapeCacheMilliseconds)
            .Build());
        if (options.OtlpEndpoint is not { } endpoint) return;

        // ASP.NET Core and HttpClient make the spans of calls and carry the W3C context; a service adds spans of its own.
        builder.Services.AddSingleton(_ => Sdk.CreateTracerProviderBuilder()
            .ConfigureResource(resource => Describe(resource, service))
            .AddSource("Microsoft.AspNetCore", "System.Net.Http", service.MeterName)
            .AddOtlpExporter(otlp => otlp.Endpoint = endpoint)
            .Build());
        builder.Services.AddHostedService<TracerStarter>();
    }

    /// <summary>Several services may live in one process: each exposes what its own meters measure.</summary>
    private static Func<Instrument, MetricStreamConfiguration?> OnlyOf(IMeterFactory meters) => instrument =>
        instrument.Meter.Scope is null || ReferenceEquals(instrument.Meter.Scope, meters) ? null : MetricStreamConfiguration.Drop;

    private static void Describe(ResourceBuilder resource, ServiceDescription service) =>
        resource.AddService(service.TelemetryName, serviceVersion: service.Version);
}
