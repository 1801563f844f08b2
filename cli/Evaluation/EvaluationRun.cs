using System.Globalization;
using VideoGrain.Cli.Commands;
using VideoGrain.Cli.Output;
using VideoGrain.Diffusion;
using VideoGrain.Diffusion.Clip;
using VideoGrain.Editing;
using VideoGrain.Media;
using VideoGrain.Quality;
using VideoGrain.Quality.Toybox;
using VideoGrain.Tensors.Cpu;

namespace VideoGrain.Cli.Evaluation;

/// <summary>Runs the edits that are not there yet, clip by clip, scores all of them and sums them up.</summary>
/// <param name="context">The command.</param>
/// <param name="settings">What to compute.</param>
internal sealed class EvaluationRun(CommandContext context, EvaluationSettings settings)
{
    private readonly EditStore _store = new(Path.Combine(settings.Output, "edits"));
    private readonly List<CellScore> _cells = [];
    private readonly SortedSet<string> _notes = new(StringComparer.Ordinal);

    /// <summary>Runs it.</summary>
    /// <returns>The table as Markdown.</returns>
    /// <exception cref="CommandException">Clips, model or judges cannot be used.</exception>
    public async Task<string> RunAsync(CancellationToken cancellation)
    {
        IReadOnlyList<string> clips = EvaluationClip.Find(settings.Clips);
        foreach (string folder in clips)
            (await EvaluationClip.LoadAsync(folder, settings.Frames, cancellation)).Check(settings.Levels);
        Directory.CreateDirectory(settings.Output);
        using CpuEngine engine = new();
        using StableDiffusion model = Load(settings.Model, folder => StableDiffusion.Load(folder, engine));
        if (settings.Control.Length > 0 && !model.ControlNets.ContainsKey(settings.Control))
            throw CommandException.Of(ExitCodes.Usage, "CONTROL_UNKNOWN", $"The model has no ControlNet '{settings.Control}'; it has {string.Join(", ", model.ControlNets.Keys)}.");
        using ClipModel clipModel = Load(settings.Clip, folder => ClipModel.Load(folder, engine));
        using ToyboxJudges judges = Judges();
        Scorers scorers = new(new RegionScorer(judges), new EngineClipModel(clipModel), settings);
        ModelDigest digests = new(settings.Model);
        foreach (string folder in clips)
        {
            EvaluationClip clip = await EvaluationClip.LoadAsync(folder, settings.Frames, cancellation);
            if (!clip.FlowIsGiven)
                _notes.Add("Optical flow is estimated where a clip brings none.");
            EvaluationEngine edits = new(model, settings, context.Time, clip);
            foreach (ToyboxEdit edit in clip.Truth.Edits.Where(e => settings.Levels.Contains(e.Level)))
            {
                foreach (EvaluationVariant variant in EvaluationVariant.All.Where(v => settings.Variants.Contains(v.Name)))
                {
                    if (Edited(edits, digests, clip, edit, variant, cancellation) is { } edited)
                        _cells.Add(scorers.Score(clip, edit, variant, edited));
                }
            }
        }

        return await QualityReport.WriteAsync(settings, model.Fingerprint, _cells, [.. _notes], cancellation);
    }

    /// <summary>The edited frames, computed or found; null where clip or model lack what the variant needs.</summary>
    private IReadOnlyList<Frame>? Edited(
        EvaluationEngine edits, ModelDigest digests, EvaluationClip clip, ToyboxEdit edit, EvaluationVariant variant, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        if (variant.Change is null)
            return clip.Frames;
        EditOptions options = variant.Change(edits.Common);
        if (edits.Missing(options) is { } missing)
        {
            _notes.Add($"Left out: {variant.Title}, since {missing}.");
            return null;
        }

        string name = $"{clip.Name}.{edit.Level}.{variant.Name}";
        string dependencies = $"{digests.Of(options.ControlType)} {clip.Digest} {edits.Describe(edit, options)}";
        if (_store.Read(name, dependencies, clip.Frames.Count) is { } known)
            return known;
        try
        {
            long began = context.Time.GetTimestamp();
            IReadOnlyList<Frame> edited = edits.Edit(edit, options, cancellation);
            _store.Write(name, dependencies, edited);
            context.Terminal.Error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{name}: {context.Time.GetElapsedTime(began).TotalSeconds:0.0} s"));
            return edited;
        }
        catch (EditException e)
        {
            throw CommandException.Of(ExitCodes.EditFailed, e.Reason, $"{name}: {e.Message}");
        }
    }

    private ToyboxJudges Judges()
    {
        try
        {
            return new ToyboxJudges(settings.Judges);
        }
        catch (Exception e) when (e is DllNotFoundException or TypeInitializationException or EntryPointNotFoundException or Microsoft.ML.OnnxRuntime.OnnxRuntimeException)
        {
            throw CommandException.Of(ExitCodes.Environment, "JUDGES_MISSING", $"The judges cannot be loaded ({(e.InnerException ?? e).Message}).");
        }
    }

    private static T Load<T>(string folder, Func<string, T> load)
    {
        try
        {
            return load(folder);
        }
        catch (ModelFormatException e)
        {
            throw CommandException.Of(ExitCodes.Environment, "MODEL_UNUSABLE", e.Message);
        }
    }
}
