using VideoGrain.Diffusion.Vae;
using VideoGrain.Engines;
using VideoGrain.ServiceDefaults.Hosting;
using VideoGrain.ServiceDefaults.Models;

namespace VideoGrain.Denoiser;

/// <summary>The denoiser as an application.</summary>
public static class DenoiserHost
{
    /// <summary>Who the service is.</summary>
    public static ServiceDescription Description { get; } = new("Denoiser", 5083);

    /// <summary>Builds the service; the caller starts it.</summary>
    /// <param name="args">Configuration as command-line arguments, such as "--Models:Root=models".</param>
    public static WebApplication Build(string[] args) => Build(args, _ => { });

    /// <summary>Builds the service.</summary>
    /// <param name="args">Configuration as command-line arguments.</param>
    /// <param name="configure">Changes the application before it is built.</param>
    public static WebApplication Build(string[] args, Action<WebApplicationBuilder> configure)
    {
        var builder = WebApplication.CreateSlimBuilder(args);
        builder.AddServiceDefaults(Description);
        builder.AddDiffusionStage(AutoencoderHalves.Decoder, StageEngine.Has, StageEngine.Create);
        configure(builder);
        var app = builder.Build();
        app.MapServiceDefaults();
        app.MapGrpcService<DenoiserGrpcService>();
        return app;
    }
}
