namespace VideoGrain.Quality.Toybox;

/// <summary>The words of the toybox world, in the order of its judges' outputs.</summary>
public static class ToyboxVocabulary
{
    /// <summary>Shapes, in the order of the object classifier's <c>shape</c> output; the segmenter's classes are these after "background".</summary>
    public static IReadOnlyList<string> Shapes { get; } = ["circle", "square", "triangle", "star", "heart", "diamond", "cross", "moon"];

    /// <summary>Colours, in the order of the object classifier's <c>colour</c> output.</summary>
    public static IReadOnlyList<string> Colours { get; } = ["red", "green", "blue", "yellow", "purple", "orange", "white", "black"];

    /// <summary>Parts, in the order of the object classifier's <c>part</c> output.</summary>
    public static IReadOnlyList<string> Parts { get; } = ["plain", "hat", "stripes", "eyes"];

    /// <summary>Backgrounds, in the order of the background classifier's output.</summary>
    public static IReadOnlyList<string> Backgrounds { get; } = ["grass", "sand", "snow", "night", "brick", "water"];
}
