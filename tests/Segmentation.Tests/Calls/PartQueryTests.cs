using VideoGrain.Media;
using VideoGrain.Media.Png;
using VideoGrain.Protos.V1;
using VideoGrain.Segmentation.Regions;
using VideoGrain.Segmentation.Tests.Support;

namespace VideoGrain.Segmentation.Tests.Calls;

/// <summary>The toybox segmenter on "a green triangle with a hat and an orange circle with eyes", 6 frames.</summary>
public sealed class PartQueryTests(SegmentationFixture service) : IClassFixture<SegmentationFixture>
{
    private const int Count = 6;
    private const int Side = TestClip.Side;

    [Fact]
    public async Task SegmentVideo_PartsAndTheirObjects_AreRegionsOfTheirOwn()
    {
        Tensor frames = Tensor.Bytes("frames", [.. Pictures("frames").SelectMany(p => p.ToFrame().Rgb)], Count, Side, Side, 3);
        var header = TestClip.Header(
            ("triangle", Class("triangle")),
            ("circle", new RegionSource { Text = new TextQuery { Text = "the circle" } }),
            ("hat", new RegionSource { Instance = new InstanceQuery { ClassName = "hat" } }),
            ("eyes", Class("eyes")));
        header.Geometry.FrameCount = Count;

        var (tensors, summary, _) = await service.SegmentAsync(header, frames);

        string[] truths = ["obj0", "obj1", "obj0_hat_area", "obj1_eyes_area"];
        foreach (var (region, name) in truths.Index())
        {
            var least = region < 2 ? 0.9 : 0.75;
            foreach (var (frame, truth) in Pictures($"masks/{name}").Select(p => p.ToMask()).Index())
            {
                var found = new Mask(Side, Side, tensors["masks"].Data.AsSpan(((region * Count) + frame) * Side * Side, Side * Side).ToArray());
                Assert.InRange(MaskGeometry.IntersectionOverUnion(found, truth), least, 1);
            }
        }

        Assert.All(summary.Regions, r => Assert.Equal((uint)Count, Assert.Single(r.Objects).FoundFrames));
    }

    private static RegionSource Class(string name) => new() { ObjectClass = new ClassQuery { Name = name } };

    private static IEnumerable<PngImage> Pictures(string folder)
        => Directory.EnumerateFiles(TestClip.DataPath($"parts/{folder}"), "*.png").Order(StringComparer.Ordinal).Select(p => PngReader.ReadFile(p));
}
