using Microsoft.Extensions.Options;
using VideoGrain.ServiceDefaults.Telemetry;

namespace VideoGrain.Segmentation.Models;

/// <summary>
/// The models below the configured folder. Folders are looked at on every use, which costs a few file system calls: a profile or file
/// that changed is loaded anew, while calls under way keep what they have.
/// </summary>
internal sealed partial class ModelRegistry(
    IOptions<SegmentationOptions> options, StageInstruments instruments, TimeProvider time, ILogger<ModelRegistry> logger) : IDisposable
{
    private const int MaxDepth = 3;
    private const string FolderName = "models";

    private static readonly Dictionary<string, IRegionDecoder> Decoders = new(StringComparer.Ordinal)
    {
        ["semantic_logits"] = new SemanticLogitsDecoder(),
        ["instances"] = new InstancesDecoder(),
        ["yolo_seg"] = new YoloSegDecoder(),
        ["query_masks"] = new QueryMasksDecoder(),
    };

    private readonly Lock _gate = new();
    private readonly Dictionary<string, Entry> _entries = new(StringComparer.Ordinal);
    private readonly string? _root = FindRoot(options.Value.ModelsDirectory);

    /// <summary>Profiles of the models at hand, by name.</summary>
    public IReadOnlyList<ModelProfile> Profiles
    {
        get
        {
            lock (_gate)
            {
                Refresh();
                return [.. _entries.Values.Where(e => e.Profile != null).Select(e => e.Profile!).OrderBy(p => p.Name, StringComparer.Ordinal)];
            }
        }
    }

    /// <summary>The default model of a task: the one that says so, or else the first by name; null when there is none.</summary>
    public ModelProfile? Default(ModelTask task)
        => Profiles.Where(p => p.Task == task).OrderByDescending(p => p.Default).ThenBy(p => p.Name, StringComparer.Ordinal).FirstOrDefault();

    /// <summary>Takes a segmentation model; the lease gives it back.</summary>
    /// <param name="name">Name of the model; empty takes the default one.</param>
    /// <exception cref="ServiceDefaults.Errors.VideoGrainException">There is no such model, or none at all.</exception>
    /// <exception cref="ModelProfileException">The model does not fit its profile.</exception>
    public (RegionDetector Detector, IDisposable Lease) AcquireDetector(string name)
    {
        const ModelTask Task = ModelTask.Segmentation;
        var wanted = name.Length > 0 ? name : Default(Task)?.Name ?? throw ModelErrors.NotInstalled("finds regions: see ListModels");
        var model = Acquire(wanted, p => p.Task == Task, p => DecoderOf(p).Roles);
        return (new RegionDetector(model, DecoderOf(model.Profile)), model);
    }

    /// <summary>Takes a depth model; the lease gives it back.</summary>
    /// <param name="name">Name of the model; empty takes the default one.</param>
    /// <exception cref="ServiceDefaults.Errors.VideoGrainException">There is no such model, or none at all.</exception>
    /// <exception cref="ModelProfileException">The model does not fit its profile.</exception>
    public (DepthModel Depth, OnnxModel Lease) AcquireDepth(string name)
    {
        static bool IsDepth(ModelProfile profile) => profile.Task == ModelTask.Control && profile.Decoder == DepthModel.Decoder;
        var wanted = name.Length > 0
            ? name
            : Profiles.Where(IsDepth).OrderByDescending(p => p.Default).FirstOrDefault()?.Name ?? throw ModelErrors.NotInstalled("estimates depth: see ListModels");
        var model = Acquire(wanted, IsDepth, _ => [DepthModel.Output]);
        return (new DepthModel(model), model);
    }

    /// <summary>Lets all models go; those in use live until their users end.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            foreach (var entry in _entries.Values)
                entry.Model?.Dispose();
            _entries.Clear();
        }
    }

    private OnnxModel Acquire(string name, Func<ModelProfile, bool> serves, Func<ModelProfile, IReadOnlyList<string>> rolesOf)
    {
        lock (_gate)
        {
            Refresh();
            var entry = _entries.Values.FirstOrDefault(e => e.Profile != null && serves(e.Profile) && e.Profile.Name == name)
                ?? throw ModelErrors.NotFound(name, _entries.Values.Where(e => e.Profile != null && serves(e.Profile)).Select(e => e.Profile!.Name));
            var profile = entry.Profile!;
            foreach (var role in rolesOf(profile).Where(role => !profile.Outputs.ContainsKey(role)))
                throw new ModelProfileException($"model '{profile.Name}': {profile.Decoder} needs outputs.{role}.");
            entry.Model ??= Load(entry);
            entry.Model.TryAcquire();
            return entry.Model;
        }
    }

    private static IRegionDecoder DecoderOf(ModelProfile profile)
        => Decoders.TryGetValue(profile.Decoder, out var decoder)
            ? decoder
            : throw new ModelProfileException($"model '{profile.Name}': decoder '{profile.Decoder}' is unknown; known: {string.Join(", ", Decoders.Keys)}.");

    private OnnxModel Load(Entry entry)
    {
        var started = time.GetTimestamp();
        var model = new OnnxModel(entry.Profile!, entry.Folder, options.Value);
        instruments.ModelLoaded(entry.Profile!.Name, time.GetElapsedTime(started));
        Loaded(logger, entry.Profile!.Name);
        return model;
    }

    private void Refresh()
    {
        var found = _root == null ? [] : Folders(_root, MaxDepth).ToDictionary(f => f, f => f, StringComparer.Ordinal);
        foreach (var gone in _entries.Keys.Where(f => !found.ContainsKey(f)).ToList())
        {
            _entries[gone].Model?.Dispose();
            _entries.Remove(gone);
        }

        foreach (var folder in found.Keys)
        {
            var known = _entries.GetValueOrDefault(folder);
            if (known != null && known.Stamp == Stamp(folder, known.Profile))
                continue;
            known?.Model?.Dispose();
            _entries[folder] = Describe(folder);
        }
    }

    private Entry Describe(string folder)
    {
        try
        {
            var profile = ProfileReader.Read(Path.Combine(folder, ProfileReader.FileName));
            return new Entry(folder, profile, Stamp(folder, profile));
        }
        catch (ModelProfileException error)
        {
            Refused(logger, folder, error);
            return new Entry(folder, null, Stamp(folder, null));
        }
    }

    private static (DateTime, DateTime, long) Stamp(string folder, ModelProfile? profile)
    {
        var description = new FileInfo(Path.Combine(folder, ProfileReader.FileName));
        var model = profile == null ? null : new FileInfo(Path.Combine(folder, profile.File));
        return (description.LastWriteTimeUtc, model?.LastWriteTimeUtc ?? default, model is { Exists: true } ? model.Length : 0);
    }

    private static IEnumerable<string> Folders(string root, int depth)
    {
        if (!Directory.Exists(root))
            yield break;
        if (File.Exists(Path.Combine(root, ProfileReader.FileName)))
            yield return root;
        if (depth == 0)
            yield break;
        foreach (var folder in Directory.EnumerateDirectories(root).SelectMany(d => Folders(d, depth - 1)))
            yield return folder;
    }

    private static string? FindRoot(string configured)
    {
        if (configured.Length > 0)
            return Path.GetFullPath(configured);
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder != null; folder = folder.Parent)
        {
            var models = Path.Combine(folder.FullName, FolderName);
            if (Directory.Exists(models))
                return models;
        }

        return null;
    }

    [LoggerMessage(LogLevel.Information, "model {Name} is loaded and warm")]
    private static partial void Loaded(ILogger logger, string name);

    [LoggerMessage(LogLevel.Warning, "the model profile in {Folder} is refused")]
    private static partial void Refused(ILogger logger, string folder, Exception exception);

    private sealed class Entry(string folder, ModelProfile? profile, (DateTime, DateTime, long) stamp)
    {
        public string Folder { get; } = folder;

        public ModelProfile? Profile { get; } = profile;

        public (DateTime, DateTime, long) Stamp { get; } = stamp;

        public OnnxModel? Model { get; set; }
    }
}
