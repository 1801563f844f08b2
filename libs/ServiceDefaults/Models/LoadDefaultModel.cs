using Microsoft.Extensions.Options;
using VideoGrain.ServiceDefaults.Hosting;
using VideoGrain.ServiceDefaults.Stages;
using VideoGrain.ServiceDefaults.Telemetry;
using VideoGrain.Tensors;

namespace VideoGrain.ServiceDefaults.Models;

/// <summary>Loads the default model before the stage is ready, and has the engine's memory watched from then on.</summary>
internal sealed class LoadDefaultModel(ModelCatalog catalog, ModelCache cache, StageSlots slots, IOptions<ModelsOptions> options, IEngine engine, StageInstruments instruments) : IStartupWork
{
    public Task RunAsync(CancellationToken cancellationToken) => Task.Run(
        () =>
        {
            instruments.Watch(engine);
            using var slot = slots.Acquire();
            var folder = catalog.Find("")
                ?? throw new InvalidOperationException($"Models:Root ({options.Value.Root}) holds no model, or not the one that Models:Default names");
            cache.Get(folder);
        },
        cancellationToken);
}
