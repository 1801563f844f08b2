using VideoGrain.Diffusion.Vae;
using VideoGrain.Engines;
using VideoGrain.ServiceDefaults.Hosting;
using VideoGrain.ServiceDefaults.Models;

namespace VideoGrain.Inversion;

/// <summary>The inversion service as an application.</summary>
public static class InversionHost
{
    /// <summary>Who the service is.</summary>
    public static ServiceDescription Description { get; } = new("Inversion", 5082);

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
        builder.AddDiffusionStage(AutoencoderHalves.Encoder, StageEngine.Has, StageEngine.Create);
        configure(builder);
        var app = builder.Build();
        app.MapServiceDefaults();
        app.MapGrpcService<InversionGrpcService>();
        return app;
    }
}
