namespace VideoGrain.Cli.Evaluation;

/// <summary>Scores of one clip, level and variant.</summary>
/// <param name="Clip">The clip.</param>
/// <param name="Level">The level.</param>
/// <param name="Variant">The variant.</param>
/// <param name="Shape">Share of objects and frames with the right shape, 0 to 1.</param>
/// <param name="Colour">Share with the right colour.</param>
/// <param name="Part">Share with the right part.</param>
/// <param name="All">Share with everything right: the region accuracy.</param>
/// <param name="Background">Share of frames with the right background.</param>
/// <param name="BackgroundPsnr">Background against the source in dB; null where no background is left.</param>
/// <param name="ClipFrames">CLIP-F in percent.</param>
/// <param name="ClipText">CLIP-T in percent.</param>
/// <param name="WarpError">Warp-Err in thousandths.</param>
/// <param name="EditQuality">Q-edit; null without warp error.</param>
/// <param name="Seams">Warp-Err where windows meet, and elsewhere; null for a clip that was edited in one pass.</param>
internal sealed record CellScore(
    string Clip, string Level, string Variant, double Shape, double Colour, double Part, double All, double Background,
    double? BackgroundPsnr, double ClipFrames, double ClipText, double WarpError, double? EditQuality, SeamScore? Seams = null);
