using VideoGrain.ServiceDefaults.Errors;
using VideoGrain.ServiceDefaults.Hosting;
using VideoGrain.ServiceDefaults.Stages;
using VideoGrain.ServiceDefaults.Telemetry;

namespace VideoGrain.Segmentation.Models;

/// <summary>
/// Loads the default models and takes the digest of all before the service is ready, so that nobody's first request pays for it. A model that cannot be loaded
/// does not keep the service down: given masks and the built-in estimators work without it, the registry logs what is wrong, and
/// calls that need it are told.
/// </summary>
internal sealed class ModelWarmUp(ModelRegistry registry, StageInstruments instruments, GpuInstruments gpus, StageSlots slots) : IStartupWork
{
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        instruments.WatchModels(() => registry.Profiles.Count);
        instruments.Watch(slots);
        gpus.Watch();
        await WarmAsync(Decoders.Detector, cancellationToken);
        await WarmAsync(Decoders.Promptable, cancellationToken);
        await WarmAsync(Decoders.Depth, cancellationToken);
        await WarmAsync(Decoders.Pose, cancellationToken);
        await WarmAsync(Decoders.Flow, cancellationToken);
        await registry.MeasureAsync(cancellationToken);
    }

    private async Task WarmAsync<T>(ModelKind<T> kind, CancellationToken cancellationToken)
    {
        if (registry.Default(kind) is not { } profile)
            return;
        try
        {
            (await registry.AcquireAsync(kind, profile.Name, cancellationToken)).Dispose();
        }
        catch (Exception error) when (error is ModelProfileException or VideoGrainException or DllNotFoundException)
        {
            // Logged by the registry.
        }
    }
}
