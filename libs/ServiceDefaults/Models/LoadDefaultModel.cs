using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using VideoGrain.ServiceDefaults.Hosting;
using VideoGrain.ServiceDefaults.Stages;
using VideoGrain.ServiceDefaults.Telemetry;
using VideoGrain.Tensors;

namespace VideoGrain.ServiceDefaults.Models;

/// <summary>
/// Before the stage is ready: has models, memory, slots and GPUs watched, loads the default model and takes one warm step with it, so that the first
/// job pays for no page fault, no kernel choice and no compilation.
/// </summary>
internal sealed partial class LoadDefaultModel(
    ModelCatalog catalog, ModelCache cache, StageSlots slots, EngineTurn turn, IOptions<ModelsOptions> options, IEngine engine, StageInstruments instruments, GpuInstruments gpus, TimeProvider time,
    ILogger<LoadDefaultModel> logger) : IStartupWork
{
    public Task RunAsync(CancellationToken cancellationToken) => Task.Run(
        async () =>
        {
            instruments.WatchModels(() => catalog.List().Count);
            instruments.Watch(engine);
            instruments.Watch(slots);

            // The port is open already: a call that came first is let end. The driver's library comes after, since opening it takes seconds.
            using var slot = await slots.AcquireWhenFreeAsync(cancellationToken);
            gpus.Watch();
            using var computes = turn.Take(cancellationToken);
            var folder = catalog.Find("")
                ?? throw new InvalidOperationException($"Models:Root ({options.Value.Root}) holds no model, or not the one that Models:Default names");
            var model = cache.Get(folder);
            var began = time.GetTimestamp();
            WarmStep.Run(model.Pipeline, time, cancellationToken);
            Warm(logger, folder.Name, time.GetElapsedTime(began).TotalSeconds);
        },
        cancellationToken);

    [LoggerMessage(LogLevel.Information, "model {Model} is warm: one step took {Seconds} s")]
    private static partial void Warm(ILogger logger, string model, double seconds);
}
