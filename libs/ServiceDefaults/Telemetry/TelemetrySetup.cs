using System.Diagnostics.Metrics;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using OpenTelemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;
using VideoGrain.ServiceDefaults.Hosting;

namespace VideoGrain.ServiceDefaults.Telemetry;

/// <summary>Metrics for Prometheus; traces, metrics and logs for an OTLP collector where one is configured.</summary>
internal static class TelemetrySetup
{
    private const string RuntimeMeter = "System.Runtime";
    private const string ConnectionsMeter = "Microsoft.AspNetCore.Server.Kestrel";

    public static void AddTelemetry(this WebApplicationBuilder builder, ServiceDescription service)
    {
        var (services, section) = (builder.Services, builder.Configuration.GetSection(TelemetryOptions.Section));
        services.AddOptions<TelemetryOptions>().Bind(section)
            .Validate(options => options.IsValid, "Telemetry: a value lies outside its range").ValidateOnStart();
        var options = section.Get<TelemetryOptions>() ?? new TelemetryOptions();
        services.AddMetrics();
        services.AddSingleton<RpcInstruments>();
        services.AddSingleton<RpcSpans>();
        services.AddSingleton<ServiceSpans>();
        services.AddSingleton<ServiceInstruments>();
        services.AddSingleton<CallerLabels>();
        services.AddSingleton<ClientTelemetryInterceptor>();
        services.AddSingleton(provider => Metrics(provider, service, options));
        services.AddSingleton(_ => Traces(service, options));
        services.AddHostedService<TelemetryStarter>();
        if (options is { OtlpEndpoint: not null, ExportLogs: true }) builder.Logging.AddOpenTelemetry(logs => ConfigureLogs(logs, service, options));
    }

    private static MeterProvider Metrics(IServiceProvider provider, ServiceDescription service, TelemetryOptions options)
    {
        var metrics = Sdk.CreateMeterProviderBuilder()
            .ConfigureResource(resource => Describe(resource, service))
            .AddView(OnlyOf(provider.GetRequiredService<IMeterFactory>()))
            .AddMeter(service.MeterName, service.RpcMeterName, RuntimeMeter, ConnectionsMeter)
            .SetExemplarFilter(ExemplarFilterType.TraceBased)
            .AddPrometheusExporter(exporter => exporter.ScrapeResponseCacheDurationMilliseconds = options.ScrapeCacheMilliseconds);
        if (options is { OtlpEndpoint: not null, ExportMetrics: true })
        {
            metrics.AddOtlpExporter((exporter, reader) =>
            {
                OtlpTarget.Metrics(options).Apply(exporter);
                reader.PeriodicExportingMetricReaderOptions.ExportIntervalMilliseconds = (int)options.MetricInterval.TotalMilliseconds;
            });
        }

        return metrics.Build();
    }

    // The spans of calls come from the interceptors, not from ASP.NET Core and HttpClient: those know no gRPC status, and their sources are
    // shared by all services of a process.
    private static TracerProvider Traces(ServiceDescription service, TelemetryOptions options)
    {
        var traces = Sdk.CreateTracerProviderBuilder()
            .ConfigureResource(resource => Describe(resource, service))
            .SetSampler(new ParentBasedSampler(new TraceIdRatioBasedSampler(options.TraceRatio)))
            .AddSource(service.MeterName, service.RpcMeterName);
        if (options is { OtlpEndpoint: not null, ExportTraces: true })
        {
            traces.AddOtlpExporter(exporter =>
            {
                OtlpTarget.Traces(options).Apply(exporter);
                exporter.BatchExportProcessorOptions.ScheduledDelayMilliseconds = (int)options.BatchDelay.TotalMilliseconds;
            });
        }

        return traces.Build();
    }

    private static void ConfigureLogs(OpenTelemetry.Logs.OpenTelemetryLoggerOptions logs, ServiceDescription service, TelemetryOptions options)
    {
        var resource = ResourceBuilder.CreateDefault();
        Describe(resource, service);
        logs.SetResourceBuilder(resource);
        logs.IncludeScopes = true;
        logs.IncludeFormattedMessage = true;
        OpenTelemetry.Logs.OtlpLogExporterHelperExtensions.AddOtlpExporter(logs, (exporter, processor) =>
        {
            OtlpTarget.Logs(options).Apply(exporter);
            processor.BatchExportProcessorOptions.ScheduledDelayMilliseconds = (int)options.BatchDelay.TotalMilliseconds;
        });
    }

    /// <summary>Several services may live in one process: each exposes what its own meters measure.</summary>
    private static Func<Instrument, MetricStreamConfiguration?> OnlyOf(IMeterFactory meters) => instrument =>
        instrument.Meter.Scope is null || ReferenceEquals(instrument.Meter.Scope, meters) ? null : MetricStreamConfiguration.Drop;

    private static void Describe(ResourceBuilder resource, ServiceDescription service) =>
        resource.AddService(service.TelemetryName, serviceNamespace: "videograin", serviceVersion: service.Version);
}
