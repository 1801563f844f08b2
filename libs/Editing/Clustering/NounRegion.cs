namespace VideoGrain.Editing.Clustering;

/// <summary>A region that an edit names by a noun of the source prompt.</summary>
/// <param name="Noun">What it is in the source clip.</param>
/// <param name="Instance">Which of several, from 0; null takes all.</param>
/// <param name="Phrase">What it should become; occurs in the edit prompt.</param>
public sealed record NounRegion(string Noun, int? Instance, string Phrase);
