namespace VideoGrain.Quality.Toybox;

/// <summary>What an object is, or is to be.</summary>
/// <param name="Shape">One of <see cref="ToyboxVocabulary.Shapes"/>.</param>
/// <param name="Colour">One of <see cref="ToyboxVocabulary.Colours"/>.</param>
/// <param name="Part">One of <see cref="ToyboxVocabulary.Parts"/>.</param>
public sealed record RegionAttributes(string Shape, string Colour, string Part)
{
    /// <summary>The attributes in words, such as <c>red circle</c> or <c>blue star with hat</c>.</summary>
    public override string ToString() => Part == ToyboxVocabulary.Parts[0] ? $"{Colour} {Shape}" : $"{Colour} {Shape} with {Part}";
}
