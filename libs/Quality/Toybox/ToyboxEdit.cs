namespace VideoGrain.Quality.Toybox;

/// <summary>An edit of a clip, and what a judge should find afterwards.</summary>
/// <param name="Level"><c>instance</c>, <c>class</c>, <c>part</c> or <c>background</c>.</param>
/// <param name="Prompt">The target prompt.</param>
/// <param name="Targets">What each object of the clip is to be, in the order of the clip's objects.</param>
/// <param name="Background">What the background is to be, one of <see cref="ToyboxVocabulary.Backgrounds"/>.</param>
/// <param name="Regions">The regions in the order of their phrases; a later one lies on top.</param>
public sealed record ToyboxEdit(
    string Level,
    string Prompt,
    IReadOnlyList<RegionAttributes> Targets,
    string Background,
    IReadOnlyList<ToyboxRegion> Regions);
