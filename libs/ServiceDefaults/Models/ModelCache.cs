using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using VideoGrain.Diffusion;
using VideoGrain.Diffusion.Vae;
using VideoGrain.Protos.V1;
using VideoGrain.ServiceDefaults.Contract;
using VideoGrain.ServiceDefaults.Telemetry;
using VideoGrain.Tensors;

namespace VideoGrain.ServiceDefaults.Models;

/// <summary>
/// The models in memory, on the stage's one engine. Each loads once; beyond the configured number the one unused for longest leaves.
/// To be used by one job at a time, under the stage's slot.
/// </summary>
public sealed partial class ModelCache(
    ModelCatalog catalog, AutoencoderHalves autoencoder, IEngine engine, IOptions<ModelsOptions> options, StageInstruments instruments, TimeProvider time, ILogger<ModelCache> logger)
    : IDisposable
{
    private readonly Lock _gate = new();
    private readonly List<LoadedModel> _loaded = [];

    /// <summary>The model, loaded if it was not. Blocks while it loads.</summary>
    /// <exception cref="ModelFormatException">Its files are damaged.</exception>
    public LoadedModel Get(ModelFolder folder)
    {
        lock (_gate)
        {
            if (TryGet(folder) is { } loaded) return loaded;
            var made = Load(folder);
            _loaded.Add(made);
            return made;
        }
    }

    /// <summary>The model; null when it is not loaded.</summary>
    public LoadedModel? TryGet(ModelFolder folder)
    {
        lock (_gate)
        {
            if (_loaded.Find(model => model.Folder.Name == folder.Name) is not { } found) return null;

            // Used last, unloaded last.
            _loaded.Remove(found);
            _loaded.Add(found);
            return found;
        }
    }

    /// <summary>Descriptions of all models of the catalog, those in memory in full.</summary>
    public IReadOnlyList<ModelInfo> Describe()
    {
        var standard = catalog.DefaultName;
        LoadedModel[] loaded;
        lock (_gate) loaded = [.. _loaded];
        return [.. catalog.List().Select(folder =>
            loaded.FirstOrDefault(model => model.Folder.Name == folder.Name)?.Describe(folder.Name == standard)
            ?? new ModelInfo { Name = folder.Name, IsDefault = folder.Name == standard, ControlTypes = { ControlTypes.Served(folder.FindControlNets()) } })];
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_gate)
        {
            foreach (var model in _loaded) model.Pipeline.Dispose();
            _loaded.Clear();
        }
    }

    private LoadedModel Load(ModelFolder folder)
    {
        // Room first: two models at once may be more than the memory holds.
        while (_loaded.Count >= options.Value.MaxLoaded)
        {
            _loaded[0].Pipeline.Dispose();
            Unloaded(logger, _loaded[0].Folder.Name);
            _loaded.RemoveAt(0);
        }

        var pipeline = StableDiffusion.Load(folder.Path, engine, new ModelLoadOptions { Autoencoder = autoencoder, TimeProvider = time });
        instruments.ModelLoaded(folder.Name, pipeline.LoadTime);
        Loaded(logger, folder.Name, pipeline.WeightBytes, pipeline.LoadTime.TotalSeconds);
        return new LoadedModel(folder, pipeline, ModelDigest.Compute(folder.Path));
    }

    [LoggerMessage(LogLevel.Information, "model {Model} loaded: {Bytes} bytes of weights in {Seconds} s")]
    private static partial void Loaded(ILogger logger, string model, long bytes, double seconds);

    [LoggerMessage(LogLevel.Information, "model {Model} unloaded")]
    private static partial void Unloaded(ILogger logger, string model);
}
