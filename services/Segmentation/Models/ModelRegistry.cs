using Microsoft.Extensions.Options;
using VideoGrain.ServiceDefaults.Errors;
using VideoGrain.ServiceDefaults.Telemetry;

namespace VideoGrain.Segmentation.Models;

/// <summary>
/// The models below the configured folder. Folders are looked at on every use, which costs a few file system calls. A folder that
/// changed is loaded anew by the next call that wants it, on a thread of its own; meanwhile and when that fails, the model that was
/// there before goes on serving, and calls under way keep what they have.
/// </summary>
internal sealed partial class ModelRegistry(
    IOptions<SegmentationOptions> options, StageInstruments instruments, ErrorTranslator errors, TimeProvider time, ILogger<ModelRegistry> logger) : IDisposable
{
    private const int MaxDepth = 3;
    private const string FolderName = "models";

    private static readonly EnumerationOptions Readable = new() { IgnoreInaccessible = true };

    private readonly SegmentationOptions _options = options.Value;
    private readonly Lock _gate = new();
    private readonly Dictionary<string, ModelEntry> _entries = new(StringComparer.Ordinal);
    private readonly string? _root = FindRoot(options.Value.ModelsDirectory);
    private long _uses;

    /// <summary>Profiles of the models at hand, by name.</summary>
    public IReadOnlyList<ModelProfile> Profiles => [.. Models.Select(m => m.Profile)];

    /// <summary>The models at hand, by name.</summary>
    public IReadOnlyList<KnownModel> Models
    {
        get
        {
            lock (_gate)
            {
                Refresh();
                return
                [
                    .. _entries.Values.Where(e => e.Profile != null).OrderBy(e => e.Profile!.Name, StringComparer.Ordinal)
                        .Select(e => new KnownModel(e.Profile!, e.Digest)),
                ];
            }
        }
    }

    /// <summary>Folders that cannot be used as they are, as far as that is known: networks are looked at when they are loaded.</summary>
    public IReadOnlyList<ModelProblem> Problems
    {
        get
        {
            lock (_gate)
            {
                Refresh();
                return
                [
                    .. _entries.Values.Where(e => e.Problem != null).OrderBy(e => e.Folder, StringComparer.Ordinal).Select(e => new ModelProblem(
                        Path.GetRelativePath(_root!, e.Folder), e.Profile?.Name ?? "", e.Problem!.Message, e.Serving != null)),
                ];
            }
        }
    }

    /// <summary>The default model of a kind: the one that says so, or else the first by name; null when there is none.</summary>
    public ModelProfile? Default<T>(ModelKind<T> kind)
        => Profiles.Where(kind.Serves).OrderByDescending(p => p.Default).ThenBy(p => p.Name, StringComparer.Ordinal).FirstOrDefault();

    /// <summary>Takes a model; the lease gives it back.</summary>
    /// <param name="kind">What it must be able to do.</param>
    /// <param name="name">Name of the model; empty takes the default one.</param>
    /// <param name="cancellationToken">Ends the wait; a load that began goes on for others.</param>
    /// <exception cref="VideoGrainException">There is no such model, or none at all, or its execution provider cannot be used.</exception>
    /// <exception cref="ModelProfileException">The model does not fit its profile, or its device failed.</exception>
    public async Task<ModelLease<T>> AcquireAsync<T>(ModelKind<T> kind, string name, CancellationToken cancellationToken)
    {
        var wanted = name.Length > 0 ? name : Default(kind)?.Name ?? throw ModelErrors.NotInstalled($"{kind.Purpose}: see ListModels");
        string? tried = null;
        while (true)
        {
            Task loading;
            lock (_gate)
            {
                Refresh();
                var entry = Find(kind, wanted);
                entry.LastUse = ++_uses;
                var isLoading = entry.Loading != null;
                if (entry.NeedsLoad && !isLoading && (entry.Problem == null || tried != entry.Stamp))
                {
                    tried = entry.Stamp;
                    entry.Loading = Task.Factory.StartNew(() => Load(entry), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
                }

                // Whoever finds the new state first waits for it; others are served by what is there.
                if (entry.Serving != null && (isLoading || entry.Loading == null) && entry.Serving.TryAcquire())
                    return new ModelLease<T>(kind.Create(entry.Serving), entry.Serving);
                loading = entry.Loading ?? throw entry.Problem!;
            }

            await loading.WaitAsync(cancellationToken);
        }
    }

    /// <summary>Waits until the digests of the models at hand are known, as far as they can be told.</summary>
    public Task MeasureAsync(CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            Refresh();
            return Task.WhenAll(_entries.Values.Select(e => e.Measuring)).WaitAsync(cancellationToken);
        }
    }

    /// <summary>Lets all models go; those in use live until their users end.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            foreach (var entry in _entries.Values)
                Forget(entry);
            _entries.Clear();
        }
    }

    private ModelEntry Find<T>(ModelKind<T> kind, string name)
    {
        var entry = _entries.Values.FirstOrDefault(e => e.Profile?.Name == name);
        if (entry?.Profile is { } profile && entry.Serving == null)
            _ = Decoders.Of(profile);
        return entry != null && kind.Serves(entry.Profile!)
            ? entry
            : throw ModelErrors.NotFound(name, _entries.Values.Where(e => e.Profile != null && kind.Serves(e.Profile)).Select(e => e.Profile!.Name));
    }

    private void Load(ModelEntry entry)
    {
        ModelProfile profile;
        string stamp;
        lock (_gate)
            (profile, stamp) = (entry.Latest!, entry.Stamp);
        OnnxModel? model = null;
        Exception? problem = null;
        try
        {
            var started = time.GetTimestamp();
            var decoder = Decoders.Of(profile);
            model = new OnnxModel(profile, decoder, entry.Folder, _options);
            decoder.WarmUp(model, CancellationToken.None);
            instruments.ModelLoaded(profile.Name, time.GetElapsedTime(started));
            Loaded(logger, profile.Name);
        }
        catch (Exception error)
        {
            model?.Dispose();
            (model, problem) = (null, error);
        }

        lock (_gate)
        {
            entry.Loading = null;
            if (problem != null)
            {
                Fail(entry, problem);
                return;
            }

            entry.Serve(model!, stamp);
            if (entry.IsGone)
                entry.Unload();
            Evict(entry);
        }
    }

    // Weights may be large, so that nobody waits for this with the lock. A digest counts only when nothing changed meanwhile.
    private void Measure(ModelEntry entry, string stamp)
    {
        var digest = FolderDigest.Compute(entry.Folder, _options.ExecutionProvider);
        var isSame = FolderStamp.Of(entry.Folder) == stamp;
        lock (_gate)
        {
            if (isSame)
                entry.Know(stamp, digest);
        }
    }

    // What a folder's files are to blame for is remembered until they change; all else is tried again by the next call.
    private void Fail(ModelEntry entry, Exception problem)
    {
        if (entry.Serving != null)
            KeptOld(logger, entry.Latest!.Name, problem);
        else
            NotLoaded(logger, entry.Latest!.Name, problem);
        var isLasting = errors.Translate(problem).Reason == ErrorReasons.ModelFormatInvalid;
        if (entry.Serving == null && !isLasting)
            throw problem;
        (entry.Problem, entry.MayPass) = (problem, !isLasting);
    }

    // The least recently used models make room; the one just loaded stays.
    private void Evict(ModelEntry loaded)
    {
        foreach (var entry in _entries.Values.Where(e => e.Serving != null && e != loaded).OrderByDescending(e => e.LastUse).Skip(_options.MaxLoadedModels - 1))
        {
            Evicted(logger, entry.Serving!.Profile.Name);
            entry.Unload();
        }
    }

    private void Refresh()
    {
        var found = _root == null ? [] : Folders(_root, MaxDepth).ToHashSet(StringComparer.Ordinal);
        foreach (var gone in _entries.Keys.Where(f => !found.Contains(f)).ToList())
        {
            Forget(_entries[gone]);
            _entries.Remove(gone);
        }

        foreach (var folder in found)
        {
            if (!_entries.TryGetValue(folder, out var entry))
                _entries[folder] = entry = new ModelEntry(folder);
            var stamp = FolderStamp.Of(folder);
            if (entry.Stamp == stamp)
                continue;
            entry.Change(stamp);
            try
            {
                entry.Latest = ProfileReader.Read(Path.Combine(folder, ProfileReader.FileName));
                entry.Measuring = Task.Factory.StartNew(() => Measure(entry, stamp), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
            }
            catch (ModelProfileException error)
            {
                Refused(logger, folder, error);
                entry.Problem = error;
            }
        }
    }

    private static void Forget(ModelEntry entry)
    {
        entry.IsGone = true;
        entry.Unload();
    }

    private static IEnumerable<string> Folders(string root, int depth)
    {
        if (!Directory.Exists(root))
            yield break;
        if (File.Exists(Path.Combine(root, ProfileReader.FileName)))
            yield return root;
        if (depth == 0)
            yield break;
        foreach (var folder in Directory.EnumerateDirectories(root, "*", Readable).SelectMany(d => Folders(d, depth - 1)))
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

    [LoggerMessage(LogLevel.Information, "model {Name} makes room for another")]
    private static partial void Evicted(ILogger logger, string name);

    [LoggerMessage(LogLevel.Warning, "model {Name} cannot be loaded; calls that need it are refused")]
    private static partial void NotLoaded(ILogger logger, string name, Exception exception);

    [LoggerMessage(LogLevel.Warning, "model {Name} changed and cannot be loaded as it is now; the one before goes on serving")]
    private static partial void KeptOld(ILogger logger, string name, Exception exception);

    [LoggerMessage(LogLevel.Warning, "the model profile in {Folder} is refused")]
    private static partial void Refused(ILogger logger, string folder, Exception exception);
}
