using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using OpenTelemetry.Exporter;
using OpenTelemetry.Exporter.Prometheus;

namespace OpenTelemetry.Metrics;

/// <summary>Registers the Prometheus exporter.</summary>
public static class PrometheusExporterMeterProviderBuilderExtensions
{
    /// <summary>Adds a Prometheus exporter with default options to the provider.</summary>
    /// <param name="builder">The provider being built.</param>
    /// <returns><paramref name="builder"/>, for chaining.</returns>
    public static MeterProviderBuilder AddPrometheusExporter(this MeterProviderBuilder builder)
        => AddPrometheusExporter(builder, name: null, configure: null);

    /// <summary>Adds a Prometheus exporter to the provider.</summary>
    /// <param name="builder">The provider being built.</param>
    /// <param name="configure">Sets the exporter's options.</param>
    /// <returns><paramref name="builder"/>, for chaining.</returns>
    public static MeterProviderBuilder AddPrometheusExporter(
        this MeterProviderBuilder builder,
        Action<PrometheusAspNetCoreOptions> configure)
        => AddPrometheusExporter(builder, name: null, configure);

    /// <summary>Adds a Prometheus exporter to the provider, with named options.</summary>
    /// <param name="builder">The provider being built.</param>
    /// <param name="name">Name of the options; the default options when null.</param>
    /// <param name="configure">Sets the exporter's options; may be null.</param>
    /// <returns><paramref name="builder"/>, for chaining.</returns>
    public static MeterProviderBuilder AddPrometheusExporter(
        this MeterProviderBuilder builder,
        string? name,
        Action<PrometheusAspNetCoreOptions>? configure)
    {
        ArgumentNullException.ThrowIfNull(builder);
        name ??= Options.DefaultName;
        if (configure != null)
            builder.ConfigureServices(services => services.Configure(name, configure));

        return builder.AddReader(services =>
        {
            var options = services.GetRequiredService<IOptionsMonitor<PrometheusAspNetCoreOptions>>().Get(name);
            var clock = services.GetService<TimeProvider>() ?? TimeProvider.System;
            var exporter = new PrometheusExporter(TimeSpan.FromMilliseconds(options.ScrapeResponseCacheDurationMilliseconds), clock);
            return new BaseExportingMetricReader(exporter)
            {
                TemporalityPreference = MetricReaderTemporalityPreference.Cumulative,
            };
        });
    }
}
