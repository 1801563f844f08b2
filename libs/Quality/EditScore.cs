namespace VideoGrain.Quality;

/// <summary>The region score of one edit.</summary>
/// <param name="Level">Level of the edit: <c>instance</c>, <c>class</c>, <c>part</c> or <c>background</c>.</param>
/// <param name="Prompt">The target prompt.</param>
/// <param name="Frames">Frames judged.</param>
/// <param name="Objects">One entry per object of the clip.</param>
/// <param name="Shape">Mean of the objects' shape scores, 0 to 1; 1 when the clip has no objects.</param>
/// <param name="Colour">Mean of the objects' colour scores, 0 to 1.</param>
/// <param name="Part">Mean of the objects' part scores, 0 to 1.</param>
/// <param name="All">Mean share of objects with everything right, 0 to 1.</param>
/// <param name="ExpectedBackground">What the background was to be.</param>
/// <param name="Background">Fraction of the frames with the right background, 0 to 1.</param>
/// <param name="BackgroundPsnr">Likeness of the background to the source in dB, see <see cref="BackgroundPreservation"/>; null without masks.</param>
public sealed record EditScore(
    string Level,
    string Prompt,
    int Frames,
    IReadOnlyList<ObjectScore> Objects,
    double Shape,
    double Colour,
    double Part,
    double All,
    string ExpectedBackground,
    double Background,
    double? BackgroundPsnr);
