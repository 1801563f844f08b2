using VideoGrain.ServiceDefaults.Hosting;
using VideoGrain.ServiceDefaults.Stages;
using VideoGrain.ServiceDefaults.Telemetry;

namespace VideoGrain.Segmentation.Models;

/// <summary>
/// Loads the default model before the service is ready. A model that cannot be loaded does not keep the service down: given masks and
/// the built-in estimators work without it, and calls that need it are told why it is missing.
/// </summary>
internal sealed partial class ModelWarmUp(ModelRegistry registry, StageInstruments instruments, StageSlots slots, ILogger<ModelWarmUp> logger) : IStartupWork
{
    public Task RunAsync(CancellationToken cancellationToken) => Task.Run(
        () =>
        {
            instruments.WatchModels(() => registry.Profiles.Count);
            instruments.Watch(slots);
            if (registry.Default(ModelTask.Segmentation) is not { } profile)
                return;
            try
            {
                registry.AcquireDetector(profile.Name).Lease.Dispose();
            }
            catch (Exception error) when (error is ModelProfileException or DllNotFoundException)
            {
                NotLoaded(logger, profile.Name, error);
            }
        },
        cancellationToken);

    [LoggerMessage(LogLevel.Warning, "model {Name} cannot be loaded; calls that need it will be refused")]
    private static partial void NotLoaded(ILogger logger, string name, Exception exception);
}
