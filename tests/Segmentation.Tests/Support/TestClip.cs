using VideoGrain.Media;
using VideoGrain.Media.Flow;
using VideoGrain.Media.Png;
using VideoGrain.Protos.V1;

namespace VideoGrain.Segmentation.Tests.Support;

/// <summary>"A purple moon and a white square on grass": 8 frames of 128 x 128 with true masks and flow.</summary>
internal static class TestClip
{
    public const int Count = 8;
    public const int Side = 128;

    public static IReadOnlyList<Frame> Frames { get; } = [.. Pictures("clip/frames").Select(p => p.ToFrame())];

    public static IReadOnlyList<FlowField> Flow { get; } = [.. Pictures("clip/flow").Select(FlowField.FromPicture)];

    public static Tensor FramesTensor { get; } = Tensor.Bytes("frames", [.. Frames.SelectMany(f => f.Rgb)], Count, Side, Side, 3);

    public static Protos.V1.ClipGeometry Geometry => new() { FrameCount = Count, Height = Side, Width = Side };

    public static IReadOnlyList<Mask> Masks(string name) => [.. Pictures("clip/masks/" + name).Select(p => p.ToMask())];

    public static Frame Picture(string name) => PngReader.ReadFile(DataPath(name)).ToFrame();

    public static string DataPath(string name) => Path.Combine(AppContext.BaseDirectory, "data", name);

    public static SegmentVideoHeader Header(params (string Id, RegionSource Source)[] regions)
    {
        var header = new SegmentVideoHeader { Geometry = Geometry };
        header.Regions.AddRange(regions.Select(r => new SegmentRegion { Id = r.Id, Source = r.Source }));
        return header;
    }

    private static IEnumerable<PngImage> Pictures(string folder)
        => Directory.EnumerateFiles(DataPath(folder), "*.png").Order(StringComparer.Ordinal).Select(p => PngReader.ReadFile(p));
}
