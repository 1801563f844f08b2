namespace VideoGrain.Quality.Toybox;

/// <summary>A region of an edit.</summary>
/// <param name="Masks">Names of the masks whose union it is.</param>
/// <param name="Phrase">Its local phrase, word for word a part of the prompt.</param>
public sealed record ToyboxRegion(IReadOnlyList<string> Masks, string Phrase);
