using Grpc.AspNetCore.Server;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Diagnostics.HealthChecks;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using VideoGrain.ServiceDefaults.Errors;
using VideoGrain.ServiceDefaults.Security;
using VideoGrain.ServiceDefaults.Telemetry;

namespace VideoGrain.ServiceDefaults.Hosting;

/// <summary>What every VideoGrain service has: endpoints, gRPC with its interceptors, health, reflection, telemetry, logs, shutdown.</summary>
public static class ServiceDefaultsExtensions
{
    /// <summary>Adds the defaults to a service. Configuration sections: Endpoints, Auth, Audit, Telemetry, Shutdown, Logging.</summary>
    public static WebApplicationBuilder AddServiceDefaults(this WebApplicationBuilder builder, ServiceDescription service)
    {
        var services = builder.Services;
        services.AddSingleton(service);
        services.TryAddSingleton(TimeProvider.System);
        builder.ConfigureEndpoints(service);
        builder.ConfigureLogs();
        builder.AddTelemetry(service);
        builder.AddShutdown();
        builder.AddSecurity();
        services.AddSingleton<IExceptionTranslation, DeviceErrorTranslation>();
        services.AddSingleton<ErrorTranslator>();
        services.AddSingleton<Readiness>();
        services.AddSingleton<Vitals>();
        services.AddSingleton<ServiceCondition>();
        services.AddHostedService<StartupRunner>();
        services.AddGrpc(options => AddInterceptors(options));
        services.AddGrpcReflection();
        services.AddGrpcHealthChecks(options =>
            {
                Map("", HealthTags.Ready);
                Map(service.GrpcName, HealthTags.Ready);
                foreach (var tag in (string[])[HealthTags.Ready, HealthTags.Startup, HealthTags.Live]) Map(tag, tag);

                void Map(string name, string tag) => options.Services.Map(name, context => context.Tags.Contains(tag));
            })
            .AddCheck<ReadyCheck>("ready", tags: [HealthTags.Ready])
            .AddCheck<StartedCheck>("started", tags: [HealthTags.Startup])
            .AddCheck<LiveCheck>("live", tags: [HealthTags.Live]);

        // gRPC watchers hear of a change within this time; probes over HTTP and Check see it at once.
        services.Configure<HealthCheckPublisherOptions>(options => (options.Delay, options.Period) = (TimeSpan.Zero, TimeSpan.FromSeconds(1)));
        return builder;
    }

    /// <summary>Maps health (gRPC, /livez, also as /healthz, /readyz, /startupz), reflection and /metrics.</summary>
    public static WebApplication MapServiceDefaults(this WebApplication app)
    {
        app.Use(TellCallersOfIPv4AsSuch);
        app.MapGrpcHealthChecksService();
        app.MapGrpcReflectionService();
        app.MapHealthChecks("/livez", Tagged(HealthTags.Live));
        app.MapHealthChecks("/healthz", Tagged(HealthTags.Live));
        app.MapHealthChecks("/readyz", Tagged(HealthTags.Ready));
        app.MapHealthChecks("/startupz", Tagged(HealthTags.Startup));
        app.MapPrometheusScrapingEndpoint("/metrics");
        return app;
    }

    /// <summary>Adds work to be done before the service is ready, such as loading a model; runs after the endpoints are open.</summary>
    public static IServiceCollection AddStartupWork<T>(this IServiceCollection services)
        where T : class, IStartupWork => services.AddSingleton<IStartupWork, T>();

    /// <summary>Runs a service until it is told to stop or, with Shutdown:ExitWhenDead, only a restart helps.</summary>
    /// <returns>The program's exit code: 1 when only a restart helped, else 0.</returns>
    public static async Task<int> RunToEndAsync(this WebApplication app)
    {
        var vitals = app.Services.GetRequiredService<Vitals>();
        await app.RunAsync();
        return vitals.Problem is null ? 0 : 1;
    }

    /// <summary>Where a started service listens.</summary>
    public static ServiceEndpoints GetEndpoints(this WebApplication app) => app.Services.GetRequiredService<ServiceEndpoints>();

    // A socket for both families knows them as IPv6's (::ffff:10.0.0.5); the audit log shall know them by one name, wherever a service listens.
    private static Task TellCallersOfIPv4AsSuch(HttpContext context, RequestDelegate next)
    {
        if (context.Connection.RemoteIpAddress is { IsIPv4MappedToIPv6: true } address) context.Connection.RemoteIpAddress = address.MapToIPv4();
        return next(context);
    }

    private static void AddInterceptors(GrpcServiceOptions options)
    {
        // Outermost first: calls are measured with the status that the caller sees.
        options.Interceptors.Add<ServerTelemetryInterceptor>();
        options.Interceptors.Add<AuditInterceptor>();
        options.Interceptors.Add<ErrorInterceptor>();
        options.Interceptors.Add<AuthInterceptor>();
    }

    private static HealthCheckOptions Tagged(string tag) => new() { Predicate = check => check.Tags.Contains(tag), ResponseWriter = WriteAsync };

    // For the person who looks at a failing probe: the status, then each check that says no, and why.
    private static Task WriteAsync(HttpContext context, HealthReport report)
    {
        context.Response.ContentType = "text/plain; charset=utf-8";
        var reasons = report.Entries.Where(entry => entry.Value.Status != HealthStatus.Healthy).Select(entry => $"{entry.Key}: {entry.Value.Description}");
        return context.Response.WriteAsync(string.Join('\n', reasons.Prepend(report.Status.ToString())), context.RequestAborted);
    }
}
