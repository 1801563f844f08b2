using VideoGrain.Editing.Attention;
using VideoGrain.Media;
using VideoGrain.Quality;
using VideoGrain.Quality.Toybox;

namespace VideoGrain.Cli.Evaluation;

/// <summary>All scores of one edited clip.</summary>
/// <param name="regions">Judges regions.</param>
/// <param name="similarities">Embeds frames and prompts.</param>
/// <param name="settings">How long clips were cut into windows.</param>
internal sealed class Scorers(RegionScorer regions, IClipModel similarities, EvaluationSettings settings)
{
    /// <summary>Scores an edited clip.</summary>
    public CellScore Score(EvaluationClip clip, ToyboxEdit edit, EvaluationVariant variant, IReadOnlyList<Frame> edited)
    {
        EditScore region = regions.Score(clip.Truth, edit, clip.Frames, edited, clip.Masks(EvaluationClip.Background));
        ClipScore similarity = ClipScore.Of(similarities, edited, edit.Prompt);
        double warp = WarpError.Of(edited, clip.Flow);
        return new CellScore(
            clip.Name, edit.Level, variant.Name, region.Shape, region.Colour, region.Part, region.All, region.Background, region.BackgroundPsnr,
            similarity.FrameConsistency, similarity.TextAlignment, warp, similarity.EditQuality(warp), Seams(clip, edited));
    }

    private SeamScore? Seams(EvaluationClip clip, IReadOnlyList<Frame> edited)
    {
        HashSet<int> seams = [.. WindowPlan.Seams(edited.Count, settings.ClipLength, settings.WindowOverlap, settings.AnchorFrames)];
        return seams.Count == 0
            ? null
            : new SeamScore(WarpError.Of(edited, clip.Flow, seams.Contains), WarpError.Of(edited, clip.Flow, pair => !seams.Contains(pair)), seams.Count);
    }
}
