using VideoGrain.Media;
using VideoGrain.Quality;
using VideoGrain.Quality.Toybox;

namespace VideoGrain.Cli.Evaluation;

/// <summary>All scores of one edited clip.</summary>
/// <param name="regions">Judges regions.</param>
/// <param name="similarities">Embeds frames and prompts.</param>
internal sealed class Scorers(RegionScorer regions, IClipModel similarities)
{
    /// <summary>Scores an edited clip.</summary>
    public CellScore Score(EvaluationClip clip, ToyboxEdit edit, EvaluationVariant variant, IReadOnlyList<Frame> edited)
    {
        EditScore region = regions.Score(clip.Truth, edit, clip.Frames, edited, clip.Masks(EvaluationClip.Background));
        ClipScore similarity = ClipScore.Of(similarities, edited, edit.Prompt);
        double warp = WarpError.Of(edited, clip.Flow);
        return new CellScore(
            clip.Name, edit.Level, variant.Name, region.Shape, region.Colour, region.Part, region.All, region.Background, region.BackgroundPsnr,
            similarity.FrameConsistency, similarity.TextAlignment, warp, similarity.EditQuality(warp));
    }
}
