using VideoGrain.ServiceDefaults.Hosting;
using VideoGrain.ServiceDefaults.Stages;

namespace VideoGrain.ServiceDefaults.Models;

/// <summary>Loads the default model before the stage is ready.</summary>
internal sealed class LoadDefaultModel(ModelCatalog catalog, ModelCache cache, StageSlots slots) : IStartupWork
{
    public Task RunAsync(CancellationToken cancellationToken) => Task.Run(
        () =>
        {
            using var slot = slots.Acquire();
            cache.Get(catalog.Get("Models:Default", ""));
        },
        cancellationToken);
}
