using System.Globalization;
using System.Security.Cryptography;
using VideoGrain.Diffusion;
using VideoGrain.Editing;
using VideoGrain.Media;
using VideoGrain.Quality.Toybox;

namespace VideoGrain.Cli.Evaluation;

/// <summary>Inverts and edits one clip on this process's engine; variants that invert alike share the inversion.</summary>
/// <param name="model">The model.</param>
/// <param name="settings">The settings.</param>
/// <param name="time">The clock.</param>
/// <param name="clip">The clip.</param>
internal sealed class EvaluationEngine(StableDiffusion model, EvaluationSettings settings, TimeProvider time, EvaluationClip clip)
{
    private const string PartLevel = "part";

    private readonly Dictionary<(string Control, string Flatten), Inversion> _inversions = [];

    /// <summary>The options that all variants start from.</summary>
    public EditOptions Common => new()
    {
        Steps = settings.Steps,
        GuidanceScale = settings.Guidance,
        SourcePrompt = clip.Truth.Caption,
        Seed = settings.Seed,
        // The model was trained with the empty prompt for guidance, and its own evaluation uses it.
        NegativePrompt = "",
        BlendBackground = settings.KeepBackground,
        ControlType = settings.Control,
        ControlScale = EvaluationVariant.ControlScale,
        ClipLength = settings.ClipLength,
        WindowOverlap = settings.WindowOverlap,
        AnchorFrames = settings.AnchorFrames,
    };

    /// <summary>Whether the clip and the model have what a variant needs.</summary>
    /// <param name="options">Options of the variant.</param>
    /// <returns>What is missing; null for nothing.</returns>
    public string? Missing(EditOptions options) =>
        options.ControlType.Length == 0 ? null
        : !model.ControlNets.ContainsKey(options.ControlType) ? $"the model has no ControlNet '{options.ControlType}'"
        : clip.Control(options.ControlType) is null ? $"a clip has no control maps of type '{options.ControlType}'"
        : null;

    /// <summary>Everything besides model and clip that an edit's result depends on, as text.</summary>
    public string Describe(ToyboxEdit edit, EditOptions options) => string.Create(
        CultureInfo.InvariantCulture, $"{edit.Level} {options} {string.Join(',', options.FlattenDivisors)} {string.Join(' ', Regions(edit).Select(r => $"{r.Phrase} {Convert.ToHexStringLower(SHA256.HashData(r.Mask.Values.Span))}"))}");

    /// <summary>Runs an edit.</summary>
    /// <returns>The edited frames.</returns>
    /// <exception cref="EditException">The edit is not possible, or failed.</exception>
    public IReadOnlyList<Frame> Edit(ToyboxEdit edit, EditOptions options, CancellationToken cancellation)
    {
        Inversion inversion = Invert(options, cancellation);
        EditRequest request = new()
        {
            Prompt = edit.Prompt,
            Regions = [.. Regions(edit)],
            Options = options,
            Inverted = inversion.Result.Inverted,
            Source = inversion.Result.Source,
            Trajectory = steps => inversion.Latents[steps],
            Control = options.ControlType.Length > 0 ? clip.Control(options.ControlType) : null,
            Flow = options.FlattenDivisors.Count > 0 ? clip.Trajectories : null,
        };
        List<Frame> frames = [];
        new EditLoop(model, time).Run(request, onFrames: (_, decoded) => frames.AddRange(Frames(decoded)), cancellation: cancellation);
        return frames;
    }

    private Inversion Invert(EditOptions options, CancellationToken cancellation)
    {
        var key = (options.ControlType, string.Join(',', options.FlattenDivisors));
        if (_inversions.TryGetValue(key, out Inversion? known))
            return known;
        List<LatentClip> latents = [];
        InversionRequest request = new()
        {
            Clip = clip.Pixels,
            Options = Common with { ControlType = options.ControlType, ControlScale = options.ControlScale, FlattenDivisors = options.FlattenDivisors },
            Control = options.ControlType.Length > 0 ? clip.Control(options.ControlType) : null,
            Flow = options.FlattenDivisors.Count > 0 ? clip.Trajectories : null,
        };
        InversionResult result = new InversionLoop(model, time).Run(request, step => latents.Add(step.Latents), cancellation);
        return _inversions[key] = new Inversion(result, [result.Start, .. latents]);
    }

    private IEnumerable<RegionPrompt> Regions(ToyboxEdit edit) =>
        edit.Regions.Where(r => !settings.KeepBackground || !IsBackground(r)).Select(r => Region(r, edit.Level));

    private RegionPrompt Region(ToyboxRegion region, string level)
    {
        MaskSequence masks = region.Masks.Select(clip.Masks).Aggregate((a, b) => a.Union(b));
        int grow = level == PartLevel || IsBackground(region) ? 0 : settings.Grow;
        var (width, height) = (masks.Width, masks.Height);
        byte[] values = new byte[masks.Count * width * height];
        for (int f = 0; f < masks.Count; f++)
            Grow(masks[f], grow).CopyTo(values, f * width * height);
        return new RegionPrompt(region.Phrase, new LayoutMask(masks.Count, height, width, values));
    }

    // Square windows, as the services' regions grow.
    private static byte[] Grow(Mask mask, int pixels)
    {
        var (width, height) = (mask.Width, mask.Height);
        byte[] result = pixels == 0 ? mask.Set : new byte[mask.Set.Length];
        for (int i = 0; pixels > 0 && i < mask.Set.Length; i++)
        {
            if (mask.Set[i] == 0)
                continue;
            var (x, y) = (i % width, i / width);
            var (left, right) = (Math.Max(0, x - pixels), Math.Min(width - 1, x + pixels));
            for (int row = Math.Max(0, y - pixels); row <= Math.Min(height - 1, y + pixels); row++)
                Array.Fill(result, (byte)1, (row * width) + left, right - left + 1);
        }

        return result;
    }

    private static bool IsBackground(ToyboxRegion region) => region.Masks is [EvaluationClip.Background];

    private static IEnumerable<Frame> Frames(RgbClip clip) =>
        Enumerable.Range(0, clip.Frames).Select(f => new Frame(clip.Width, clip.Height, clip.Slice(f, 1).ToArray()));

    /// <summary>An inversion with the latents after each number of steps.</summary>
    private sealed record Inversion(InversionResult Result, IReadOnlyList<LatentClip> Latents);
}
