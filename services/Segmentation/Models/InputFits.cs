namespace VideoGrain.Segmentation.Models;

/// <summary>How frames of another size are fitted into a network's input, by the names that profiles use.</summary>
internal static class InputFits
{
    public const string Stretch = "stretch";
    public const string Letterbox = "letterbox";
    public const string Windows = "windows";

    /// <summary>The names that profiles may use.</summary>
    public static IReadOnlyList<string> Known { get; } = [Stretch, Letterbox, Windows];
}
