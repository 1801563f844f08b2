using System.Security.Cryptography;
using VideoGrain.Cli.Output;
using VideoGrain.Editing;
using VideoGrain.Media;
using VideoGrain.Media.Ffmpeg;
using VideoGrain.Media.Flow;
using VideoGrain.Media.Png;
using VideoGrain.Quality.Toybox;
using MediaFlow = VideoGrain.Media.Flow.FlowField;

namespace VideoGrain.Cli.Evaluation;

/// <summary>A clip in the toybox format, cut to its first frames: <c>case.json</c>, frames, masks, and what else there is.</summary>
internal sealed class EvaluationClip
{
    private const string CaseFile = "case.json";
    private const string VideoFile = "clip.mp4";
    private const string FlowFolder = "flow";
    private const string ControlFolder = "control";

    /// <summary>Fewest frames of a clip: with one there is no motion to score.</summary>
    public const int LeastFrames = 2;

    /// <summary>Name of the masks of what belongs to no object.</summary>
    public const string Background = "background";

    private readonly string _folder;
    private readonly Dictionary<string, MaskSequence> _masks = new(StringComparer.Ordinal);
    private readonly Lazy<IReadOnlyList<MediaFlow>> _flow;

    private EvaluationClip(string folder, ToyboxCase truth, IReadOnlyList<Frame> frames, IReadOnlyList<MediaFlow>? flow)
    {
        (_folder, Truth, Frames, FlowIsGiven) = (folder, truth, frames, flow is not null);
        _flow = new Lazy<IReadOnlyList<MediaFlow>>(() => flow ?? [.. frames.Zip(frames.Skip(1), (a, b) => PyramidalFlow.Estimate(a, b))]);
        var pixels = new byte[frames.Count * frames[0].Rgb.Length];
        for (int f = 0; f < frames.Count; f++)
            frames[f].Rgb.CopyTo(pixels, f * frames[0].Rgb.Length);
        Pixels = new RgbClip(frames.Count, frames[0].Height, frames[0].Width, pixels);
        Digest = ModelDigest.File(Path.Combine(folder, CaseFile)) + Convert.ToHexStringLower(SHA256.HashData(pixels));
    }

    /// <summary>Name of the clip's folder.</summary>
    public string Name => Path.GetFileName(_folder);

    /// <summary>What is in it, and its edits.</summary>
    public ToyboxCase Truth { get; }

    /// <summary>Digest of <c>case.json</c> and of the frames.</summary>
    public string Digest { get; }

    /// <summary>The frames.</summary>
    public IReadOnlyList<Frame> Frames { get; }

    /// <summary>The same frames as the engine takes them.</summary>
    public RgbClip Pixels { get; }

    /// <summary>Flow between neighbouring frames: the clip's own, else estimated.</summary>
    public IReadOnlyList<MediaFlow> Flow => _flow.Value;

    /// <summary>Whether the flow came with the clip.</summary>
    public bool FlowIsGiven { get; }

    /// <summary>The flow as trajectory attention takes it.</summary>
    public Editing.FlowField Trajectories =>
        new(Flow.Count, Frames[0].Height, Frames[0].Width, [.. Flow.SelectMany(f => f.Displacement)]);

    /// <summary>Folders of clips below a folder, or the folder itself when it is a clip; in the order of their names.</summary>
    /// <exception cref="CommandException">There is none.</exception>
    public static IReadOnlyList<string> Find(string folder)
    {
        if (File.Exists(Path.Combine(folder, CaseFile)))
            return [Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder))];
        string[] found = !Directory.Exists(folder) ? []
            : [.. Directory.EnumerateDirectories(folder).Where(d => File.Exists(Path.Combine(d, CaseFile))).Order(StringComparer.Ordinal).Select(Path.GetFullPath)];
        return found.Length > 0 ? found
            : throw CommandException.Of(ExitCodes.Usage, "CLIPS_MISSING", $"'{folder}' holds no clip: neither it nor a folder in it has a {CaseFile}.");
    }

    /// <summary>Reads a clip.</summary>
    /// <param name="folder">Its folder.</param>
    /// <param name="frames">First frames to take; 0 for all.</param>
    /// <param name="cancellation">Ends the work.</param>
    /// <exception cref="CommandException">Files contradict each other.</exception>
    /// <exception cref="MediaException">A picture or the video is missing or damaged.</exception>
    public static async Task<EvaluationClip> LoadAsync(string folder, int frames, CancellationToken cancellation)
    {
        ToyboxCase truth = ReadCase(folder);
        IReadOnlyList<Frame> all = Directory.Exists(Path.Combine(folder, "frames"))
            ? [.. Pictures(folder, "frames", frames).Select(p => p.ToFrame())]
            : await new VideoDecoder().DecodeAsync(Path.Combine(folder, VideoFile), cancellation);
        if (all.Count > truth.Frames || (frames == 0 && all.Count != truth.Frames) || (all[0].Width, all[0].Height) != (truth.Width, truth.Height))
        {
            throw Unusable(
                folder, $"{CaseFile} says {truth.Frames} frames of {truth.Width} x {truth.Height}, there are {all.Count} of {all[0].Width} x {all[0].Height}");
        }

        int count = frames == 0 ? all.Count : Math.Min(frames, all.Count);
        if (count < LeastFrames)
            throw Unusable(folder, $"it has {count} frame, {LeastFrames} or more are needed");
        IReadOnlyList<Frame> taken = [.. all.Take(count)];
        IReadOnlyList<MediaFlow>? flow = Directory.Exists(Path.Combine(folder, FlowFolder))
            ? [.. Pictures(folder, FlowFolder, count - 1).Select(MediaFlow.FromPicture)]
            : null;
        if (flow is not null && (flow.Count < count - 1 || flow.Any(f => (f.Width, f.Height) != (truth.Width, truth.Height))))
            throw Unusable(folder, $"flow has {flow.Count} fields, {count - 1} of the frames' size are needed");
        return new EvaluationClip(folder, truth, taken, flow);
    }

    /// <summary>Reads everything that the edits of some levels need, so that a clip that cannot work is found before hours of work.</summary>
    /// <param name="levels">The levels.</param>
    /// <exception cref="CommandException">A mask or control map is missing or does not fit.</exception>
    public void Check(IReadOnlyList<string> levels)
    {
        foreach (string mask in Truth.Edits.Where(e => levels.Contains(e.Level)).SelectMany(e => e.Regions).SelectMany(r => r.Masks).Prepend(Background))
            Masks(mask);
        string controls = Path.Combine(_folder, ControlFolder);
        foreach (string type in Directory.Exists(controls) ? Directory.EnumerateDirectories(controls) : [])
            Control(Path.GetFileName(type));
    }

    /// <summary>The masks of a name, one per frame.</summary>
    public MaskSequence Masks(string name)
    {
        if (_masks.TryGetValue(name, out MaskSequence? known))
            return known;
        if (name.AsSpan().IndexOfAny('/', '\\') >= 0 || name is "" or "." or "..")
            throw Unusable(_folder, $"'{name}' is no name of a mask");
        MaskSequence masks = new(Pictures(_folder, Path.Combine("masks", name), Frames.Count).Select(p => p.ToMask()));
        if (masks.Count < Frames.Count || (masks.Width, masks.Height) != (Frames[0].Width, Frames[0].Height))
            throw Unusable(_folder, $"masks/{name} has {masks.Count} masks of {masks.Width} x {masks.Height} for {Frames.Count} frames of {Frames[0].Width} x {Frames[0].Height}");
        return _masks[name] = masks;
    }

    /// <summary>The control maps of a type, from <c>control/TYPE</c>; null where the clip has none.</summary>
    public RgbClip? Control(string type)
    {
        string name = Path.Combine(ControlFolder, type);
        if (!Directory.Exists(Path.Combine(_folder, name)))
            return null;
        Frame[] maps = [.. Pictures(_folder, name, Frames.Count).Select(p => p.ToFrame())];
        if (maps.Length < Frames.Count || maps.Any(m => (m.Width, m.Height) != (Frames[0].Width, Frames[0].Height)))
            throw Unusable(_folder, $"{name} has {maps.Length} maps, {Frames.Count} of {Frames[0].Width} x {Frames[0].Height} are needed");
        return new RgbClip(maps.Length, maps[0].Height, maps[0].Width, maps.SelectMany(m => m.Rgb).ToArray());
    }

    private static ToyboxCase ReadCase(string folder)
    {
        try
        {
            return ToyboxCase.Load(Path.Combine(folder, CaseFile));
        }
        catch (InvalidDataException e)
        {
            throw Unusable(folder, e.Message);
        }
    }

    private static IEnumerable<PngImage> Pictures(string folder, string name, int count)
    {
        string path = Path.Combine(folder, name);
        string[] files = Directory.Exists(path) ? [.. Directory.EnumerateFiles(path, "*.png").Order(StringComparer.Ordinal)] : [];
        if (files.Length == 0 && count != 0)
            throw Unusable(folder, $"{name} holds no pictures");
        return (count == 0 ? files : files.Take(count)).Select(file => PngReader.ReadFile(file));
    }

    private static CommandException Unusable(string folder, string problem) =>
        CommandException.Of(ExitCodes.Usage, "CLIP_INVALID", $"{Path.GetFileName(folder)}: {problem}.");
}
