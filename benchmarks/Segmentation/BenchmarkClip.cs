using VideoGrain.Media;
using VideoGrain.Media.Png;
using VideoGrain.Media.Resizing;
using VideoGrain.Segmentation.Regions;

namespace VideoGrain.Segmentation.Benchmarks;

/// <summary>"A purple moon and a white square on grass", which move, in 512 x 512 pixels; as many frames as are wanted, there and back.</summary>
internal static class BenchmarkClip
{
    public const int Side = 512;

    public static IReadOnlyList<Frame> Frames(int count) => BackAndForth([.. Pictures("frames").Select(p => p.ToFrame().Resize(Side, Side, ResizeFilter.Bicubic))], count);

    /// <summary>What a perfect model would find in the frames.</summary>
    public static IReadOnlyList<IReadOnlyList<Detection>> Detections(int count)
    {
        var objects = new[] { "obj0", "obj1" }.Select(name => Pictures($"masks/{name}").Select(p => new Detection(name, 1, p.ToMask().Resize(Side, Side))).ToArray()).ToArray();
        return BackAndForth([.. objects[0].Zip(objects[1], (a, b) => (IReadOnlyList<Detection>)[a, b])], count);
    }

    private static IReadOnlyList<T> BackAndForth<T>(T[] values, int count)
    {
        var period = 2 * (values.Length - 1);
        return [.. Enumerable.Range(0, count).Select(i => values[Math.Min(i % period, period - (i % period))])];
    }

    private static IEnumerable<PngImage> Pictures(string folder)
        => Directory.EnumerateFiles(Path.Combine(AppContext.BaseDirectory, "clip", folder), "*.png").Order(StringComparer.Ordinal).Select(path => PngReader.ReadFile(path));
}
