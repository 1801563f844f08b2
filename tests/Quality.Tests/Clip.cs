using VideoGrain.Media;
using VideoGrain.Media.Flow;
using VideoGrain.Media.Png;
using VideoGrain.Quality.Toybox;

namespace VideoGrain.Quality.Tests;

/// <summary>A toybox clip: "a purple moon and a white square on grass", with masks, flow and case.</summary>
internal static class Clip
{
    private static readonly string Folder = Path.Combine(AppContext.BaseDirectory, "data", "clip");

    public static ToyboxCase Case { get; } = ToyboxCase.Load(Path.Combine(Folder, "case.json"));

    public static IReadOnlyList<Frame> Frames { get; } = [.. Pictures("frames").Select(p => p.ToFrame())];

    public static IReadOnlyList<FlowField> Flow { get; } = [.. Pictures("flow").Select(FlowField.FromPicture)];

    public static MaskSequence Masks(string name) => new(Pictures("masks/" + name).Select(p => p.ToMask()));

    /// <summary>An edit that asks for what is already there.</summary>
    public static ToyboxEdit Unchanged { get; } = new(
        "instance",
        Case.Caption,
        [.. Case.Objects.Select(o => o.Attributes)],
        Case.Background,
        [.. Case.Objects.Select(o => new ToyboxRegion([o.Mask], o.Phrase))]);

    public static string Evaluator() => Path.Combine(Toybox(), "evaluator");

    public static string Toybox()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder != null; folder = folder.Parent)
        {
            var toybox = Path.Combine(folder.FullName, "models", "toybox");
            if (Directory.Exists(toybox))
                return toybox;
        }

        throw new DirectoryNotFoundException("models/toybox is not above the test's folder.");
    }

    private static IEnumerable<PngImage> Pictures(string folder)
        => Directory.EnumerateFiles(Path.Combine(Folder, folder), "*.png").Order(StringComparer.Ordinal).Select(path => PngReader.ReadFile(path));
}
