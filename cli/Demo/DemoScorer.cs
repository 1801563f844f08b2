using Microsoft.ML.OnnxRuntime;
using VideoGrain.Cli.Output;
using VideoGrain.Media;
using VideoGrain.Quality;
using VideoGrain.Quality.Toybox;

namespace VideoGrain.Cli.Demo;

/// <summary>Scores results against the sample's ground truth, where the judges can be loaded.</summary>
internal sealed class DemoScorer : IDisposable
{
    private readonly ToyboxJudges? _judges;

    /// <summary>Loads the judges.</summary>
    /// <param name="folder">Folder of the classifiers.</param>
    public DemoScorer(string folder)
    {
        try
        {
            _judges = new ToyboxJudges(folder);
        }
        catch (Exception e) when (e is DllNotFoundException or TypeInitializationException or EntryPointNotFoundException or OnnxRuntimeException or IOException)
        {
            Missing = "There are no scores: the judges cannot be loaded (" + (e.InnerException ?? e).Message + ").";
        }
    }

    /// <summary>Why there are no scores; null when there are.</summary>
    public string? Missing { get; }

    /// <summary>Scores one result.</summary>
    /// <param name="sample">Folder of the sample.</param>
    /// <param name="level">Which of its edits.</param>
    /// <param name="prompt">The target prompt: where no edit has that level, the one of this prompt is meant.</param>
    /// <param name="source">The source frames.</param>
    /// <param name="edited">The result.</param>
    /// <param name="cancellation">Ends the work.</param>
    /// <returns>The scores; null without judges.</returns>
    public async Task<EditScore?> ScoreAsync(string sample, string level, string? prompt, VideoFrames source, VideoFrames edited, CancellationToken cancellation)
    {
        if (_judges is null)
            return null;
        ToyboxCase truth = ToyboxCase.Load(Path.Combine(sample, "case.json"));
        ToyboxEdit edit = truth.Edits.FirstOrDefault(e => e.Level == level) ?? truth.Edits.FirstOrDefault(e => e.Prompt == prompt)
            ?? throw CommandException.Of(ExitCodes.Usage, "LEVEL_UNKNOWN", $"The clip has no edit at level '{level}'; it has {string.Join(", ", truth.Edits.Select(e => e.Level))}.");
        if (edited.Count > source.Count)
            throw CommandException.Of(ExitCodes.Usage, "FRAMES_MISMATCH", $"The result has {edited.Count} frames, the clip {source.Count}.");
        MaskSequence background = await new MaskReader().ReadAsync(Path.Combine(sample, "masks", "background"), cancellation: cancellation);
        return new RegionScorer(_judges).Score(truth, edit, [.. source.Take(edited.Count)], edited, background);
    }

    /// <inheritdoc/>
    public void Dispose() => _judges?.Dispose();
}
