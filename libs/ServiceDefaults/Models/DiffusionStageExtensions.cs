using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using VideoGrain.Diffusion.Vae;
using VideoGrain.ServiceDefaults.Hosting;
using VideoGrain.ServiceDefaults.Stages;
using VideoGrain.ServiceDefaults.Telemetry;
using VideoGrain.Tensors;

namespace VideoGrain.ServiceDefaults.Models;

/// <summary>What a stage with an engine has on top of the defaults: engine, models, limits, one slot, its instruments.</summary>
public static class DiffusionStageExtensions
{
    /// <summary>An engine and its tensors serve one thread at a time.</summary>
    private const int JobsPerEngine = 1;

    /// <summary>Adds engine and models. Configuration sections: Engine, Models, Limits. Ready once the default model is loaded.</summary>
    /// <param name="builder">The service.</param>
    /// <param name="autoencoder">Halves of the autoencoder that the stage uses.</param>
    /// <param name="hasEngine">Whether this build has an engine of a kind.</param>
    /// <param name="makeEngine">Makes the engine.</param>
    public static WebApplicationBuilder AddDiffusionStage(
        this WebApplicationBuilder builder, AutoencoderHalves autoencoder, Func<EngineKind, bool> hasEngine, Func<EngineOptions, ILoggerFactory, IEngine> makeEngine)
    {
        var (services, configuration) = (builder.Services, builder.Configuration);
        services.AddOptions<EngineOptions>().Bind(configuration.GetSection(EngineOptions.Section))
            .Validate(options => options.Threads >= 0, "Engine:Threads must not be negative")
            .Validate(options => options.Device >= EngineOptions.Processor, "Engine:Device must be a CUDA device, 0 or more, or -1 for the processor")
            .Validate(options => Enum.IsDefined(options.Precision), "Engine:Precision must be fp16, bf16 or fp32")
            .Validate(options => hasEngine(options.Kind), "Engine:Kind must be auto or cpu in this build, which has no CUDA engine; build with -p:Cuda=true for one")
            .ValidateOnStart();
        services.AddOptions<ModelsOptions>().Bind(configuration.GetSection(ModelsOptions.Section))
            .Validate(options => options.MaxLoaded >= 1, "Models:MaxLoaded must be 1 or more").ValidateOnStart();
        services.AddOptions<StageLimitsOptions>().Bind(configuration.GetSection(StageLimitsOptions.Section))
            .Validate(options => options.IsValid, "Limits: a limit lies outside its range").ValidateOnStart();
        services.TryAddSingleton(provider =>
            makeEngine(provider.GetRequiredService<IOptions<EngineOptions>>().Value, provider.GetRequiredService<ILoggerFactory>()));
        services.AddSingleton<ModelCatalog>();
        services.AddSingleton(provider => ActivatorUtilities.CreateInstance<ModelCache>(provider, autoencoder));
        services.AddSingleton<StageInstruments>();
        services.AddSingleton<GpuInstruments>();
        services.AddSingleton(provider => new StageSlots(
            JobsPerEngine, provider.GetRequiredService<IOptions<StageLimitsOptions>>().Value.BusyRetryDelay, provider.GetRequiredService<Drain>(),
            provider.GetRequiredService<Vitals>(), provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton<EngineTurn>();
        services.AddSingleton<StageHost>();
        services.AddStartupWork<LoadDefaultModel>();
        return builder;
    }
}
