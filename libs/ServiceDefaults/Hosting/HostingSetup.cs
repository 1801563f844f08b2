using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Console;
using Microsoft.Extensions.Options;
using VideoGrain.ServiceDefaults.Security;
using VideoGrain.ServiceDefaults.Telemetry;

namespace VideoGrain.ServiceDefaults.Hosting;

/// <summary>Endpoints, logs and shutdown of a service.</summary>
internal static class HostingSetup
{
    private const int ConnectionWindowBytes = 4 << 20;
    private const int StreamWindowBytes = 2 << 20;

    public static void ConfigureEndpoints(this WebApplicationBuilder builder, ServiceDescription service)
    {
        var options = new EndpointOptions { GrpcPort = service.GrpcPort, HttpPort = service.HttpPort };
        builder.Configuration.GetSection(EndpointOptions.Section).Bind(options);
        var endpoints = new ServiceEndpoints();
        builder.Services.AddSingleton(endpoints);
        builder.Services.AddSingleton(options);
        builder.Services.AddSingleton<CertificateWatch>();
        var address = options.Address == "*" ? null : IPAddress.Parse(options.Address);
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            // Streams are long and may rest: their limits are the readers' (StreamLimits), not Kestrel's.
            kestrel.Limits.MinRequestBodyDataRate = null;
            kestrel.Limits.MaxRequestBodySize = null;
            kestrel.Limits.Http2.InitialConnectionWindowSize = ConnectionWindowBytes;
            kestrel.Limits.Http2.InitialStreamWindowSize = StreamWindowBytes;
            kestrel.AddServerHeader = false;
            Listen(options.GrpcPort, listen =>
            {
                listen.Protocols = HttpProtocols.Http2;
                if (options.CertificatePath is not null) ServerTls.Use(listen, options, listen.ApplicationServices.GetRequiredService<CertificateWatch>());
                endpoints.SetGrpc(listen, options.CertificatePath is not null);
            });
            Listen(options.HttpPort, listen =>
            {
                listen.Protocols = HttpProtocols.Http1;
                endpoints.SetHttp(listen);
            });

            void Listen(int port, Action<ListenOptions> configure)
            {
                // All addresses are those of IPv6 too, where the system has it.
                if (address is null) kestrel.ListenAnyIP(port, configure);
                else kestrel.Listen(address, port, configure);
            }
        });
    }

    public static void ConfigureLogs(this WebApplicationBuilder builder)
    {
        // Probes and scrapes come every few seconds; configuration may ask for their lines.
        builder.Logging.AddFilter("Microsoft.AspNetCore", LogLevel.Warning);

        // Being unready while a model loads is no error, and the probes say why.
        builder.Logging.AddFilter("Microsoft.Extensions.Diagnostics.HealthChecks", LogLevel.None);
        builder.Logging.AddConfiguration(builder.Configuration.GetSection("Logging"));
        if (string.Equals(builder.Configuration["Logging:Format"], "simple", StringComparison.OrdinalIgnoreCase)) return;
        builder.Logging.ClearProviders();
        builder.Logging.AddConsole(options => options.FormatterName = JsonLogFormatter.FormatterName);
        builder.Logging.AddConsoleFormatter<JsonLogFormatter, ConsoleFormatterOptions>();
    }

    public static void AddShutdown(this WebApplicationBuilder builder)
    {
        builder.Services.Configure<ShutdownOptions>(builder.Configuration.GetSection(ShutdownOptions.Section));
        builder.Services.AddOptions<HostOptions>().Configure<IOptions<ShutdownOptions>>((host, shutdown) =>
            host.ShutdownTimeout = shutdown.Value.GracePeriod + shutdown.Value.DrainDelay);
        builder.Services.AddSingleton<Drain>();
        builder.Services.AddHostedService<DrainService>();
        builder.Services.AddHostedService<DeathWatch>();
    }
}
