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
        builder.Services.AddSingleton(_ => Sdk.CreateMeterProviderBuilder()
            .ConfigureResource(resource => Describe(resource, service))
            .AddMeter(service.MeterName, service.RpcMeterName, "System.Runtime")
            .AddPrometheusExporter()
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

    private static void Describe(ResourceBuilder resource, ServiceDescription service) =>
        resource.AddService(service.TelemetryName, serviceVersion: service.Version);
}
