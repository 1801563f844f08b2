using Microsoft.Extensions.Options;
using VideoGrain.Segmentation.Models;
using VideoGrain.Segmentation.Pipelines;
using VideoGrain.ServiceDefaults.Errors;
using VideoGrain.ServiceDefaults.Hosting;
using VideoGrain.ServiceDefaults.Stages;
using VideoGrain.ServiceDefaults.Telemetry;

namespace VideoGrain.Segmentation;

/// <summary>Builds the segmentation service, for its own process and for the all-in-one host.</summary>
public static class SegmentationHost
{
    /// <summary>Who the service is: gRPC on 5081, health and metrics on 6081 unless configured otherwise.</summary>
    public static ServiceDescription Description { get; } = new("Segmentation", 5081);

    /// <summary>Builds the service; the caller runs it.</summary>
    /// <param name="args">Configuration as <c>--Section:Key=value</c>; sections of its own: Segmentation.</param>
    /// <returns>The service, not started.</returns>
    public static WebApplication Build(string[] args) => Build(args, _ => { });

    /// <summary>Builds the service; the caller runs it.</summary>
    /// <param name="args">Configuration as <c>--Section:Key=value</c>; sections of its own: Segmentation.</param>
    /// <param name="configure">Changes the application before it is built.</param>
    /// <returns>The service, not started.</returns>
    public static WebApplication Build(string[] args, Action<WebApplicationBuilder> configure)
    {
        var builder = WebApplication.CreateSlimBuilder(args);
        builder.AddServiceDefaults(Description);
        builder.Services.AddOptions<SegmentationOptions>().Bind(builder.Configuration.GetSection(SegmentationOptions.Section))
            .Validate(options => options.IsValid, $"{SegmentationOptions.Section}: a number lies outside its range")
            .Validate(
                options => ExecutionProviders.Known.Contains(options.ExecutionProvider),
                $"{SegmentationOptions.Section}:{nameof(SegmentationOptions.ExecutionProvider)} must be one of {string.Join(", ", ExecutionProviders.Known)}")
            .ValidateOnStart();
        builder.Services.AddSingleton<IExceptionTranslation, ModelExceptionTranslation>();
        builder.Services.AddSingleton<StageInstruments>();
        builder.Services.AddSingleton<GpuInstruments>();
        builder.Services.AddSingleton<ModelRegistry>();
        builder.Services.AddSingleton<SegmentPipeline>();
        builder.Services.AddSingleton<ClusterPipeline>();
        builder.Services.AddSingleton<ControlPipeline>();
        builder.Services.AddSingleton<FlowPipeline>();
        builder.Services.AddSingleton(services =>
        {
            var options = services.GetRequiredService<IOptions<SegmentationOptions>>().Value;
            return new StageSlots(options.MaxConcurrentJobs, options.RetryAfter, services.GetRequiredService<Drain>(), services.GetRequiredService<Vitals>());
        });
        builder.Services.AddStartupWork<ModelWarmUp>();
        configure(builder);
        var app = builder.Build();
        app.MapServiceDefaults();
        app.MapGrpcService<SegmentationGrpcService>();
        return app;
    }
}
