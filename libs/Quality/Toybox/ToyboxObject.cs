namespace VideoGrain.Quality.Toybox;

/// <summary>An object of a clip with its exact track.</summary>
/// <param name="Mask">Name of the mask folder of its visible pixels, such as <c>obj0</c>.</param>
/// <param name="Attributes">What it is in the source clip.</param>
/// <param name="Phrase">Its words in the caption.</param>
/// <param name="Track">Its place in every frame.</param>
public sealed record ToyboxObject(string Mask, RegionAttributes Attributes, string Phrase, IReadOnlyList<ObjectPlacement> Track);
