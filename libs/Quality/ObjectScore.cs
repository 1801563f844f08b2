using VideoGrain.Quality.Toybox;

namespace VideoGrain.Quality;

/// <summary>How often the judges found in one region what the edit asked for.</summary>
/// <param name="Region">The object's mask, such as <c>obj0</c>.</param>
/// <param name="Phrase">The local phrase of the edit's region that holds the object, empty when no region does.</param>
/// <param name="Expected">What it was to become.</param>
/// <param name="Found">What the judges found most often.</param>
/// <param name="Shape">Fraction of the frames with the right shape, 0 to 1.</param>
/// <param name="Colour">Fraction of the frames with the right colour, 0 to 1.</param>
/// <param name="Part">Fraction of the frames with the right part, 0 to 1.</param>
/// <param name="All">Fraction of the frames with all three right, 0 to 1.</param>
public sealed record ObjectScore(
    string Region,
    string Phrase,
    RegionAttributes Expected,
    RegionAttributes Found,
    double Shape,
    double Colour,
    double Part,
    double All);
