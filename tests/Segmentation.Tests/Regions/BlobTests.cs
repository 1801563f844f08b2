using FsCheck;
using FsCheck.Fluent;
using VideoGrain.Media;
using VideoGrain.Media.Flow;
using VideoGrain.Segmentation.Regions;

namespace VideoGrain.Segmentation.Tests.Regions;

public sealed class BlobTests
{
    private const int Side = 12;

    [Fact]
    public void Blob_AnyMasks_ReckonsAsTheMasksDo() => Prop.ForAll(Masks(), Masks(), (a, b) =>
    {
        var (first, second) = (Blob.Of(a), Blob.Of(b));
        return first.ToMask(Side, Side).Set.SequenceEqual(a.Set)
            && first.Count == a.Count
            && first.Common(second) == MaskGeometry.Common(a, b)
            && first.Overlap(second).Equals(MaskGeometry.IntersectionOverUnion(a, b))
            && Blob.Join([first, second]).ToMask(Side, Side).Set.SequenceEqual(a.Union(b).Set)
            && first.Without([second]).ToMask(Side, Side).Set.SequenceEqual(a.Intersect(b.Invert()).Set)
            && PackedMask.Of(a).Meets(PackedMask.Of(b)) == (MaskGeometry.Common(a, b) > 0)
            && PackedMask.Of(first, Side, Side).Unpack().Set.SequenceEqual(a.Set);
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void Reshape_AnyMask_EqualsMorphologyAwayFromTheFramesEdge() => Prop.ForAll(Masks(), Gen.Choose(1, 3).ToArbitrary(), (mask, radius) =>
    {
        // Room on all sides: a blob knows no frame.
        const int Room = 8;
        var wide = Blob.Of(mask).Shift((Room, Room)).ToMask(Side + (2 * Room), Side + (2 * Room));
        bool Same(Func<Blob, Blob> blob, Func<Mask, Mask> whole) => blob(Blob.Of(wide)).ToMask(wide.Width, wide.Height).Set.SequenceEqual(whole(wide).Set);
        return Same(b => b.Dilate(radius), m => Morphology.Dilate(m, radius))
            && Same(b => b.Erode(radius), m => Morphology.Erode(m, radius))
            && Same(b => b.Open(radius), m => Morphology.Open(m, radius))
            && Same(b => b.Close(radius), m => Morphology.Close(m, radius));
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void Shift_OutOfTheFrameAndBack_LosesNothing() => Prop.ForAll(Masks(), Gen.Choose(-20, 20).Two().ToArbitrary(), (mask, by) =>
    {
        var moved = Blob.Of(mask).Shift((by.Item1, by.Item2));
        return moved.Count == mask.Count
            && moved.Within(Side, Side).Count == moved.ToMask(Side, Side).Count
            && moved.Shift((-by.Item1, -by.Item2)).ToMask(Side, Side).Set.SequenceEqual(mask.Set);
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void Forward_EvenFlow_MovesTheShape()
    {
        var flow = new FlowField(Side, Side, [.. Enumerable.Range(0, Side * Side).SelectMany(_ => new[] { 2f, -1f })], new bool[Side * Side]);
        var square = Blob.Of(new Mask(Side, Side, [.. Enumerable.Range(0, Side * Side).Select(i => i % Side is >= 3 and < 7 && i / Side is >= 4 and < 8 ? (byte)1 : (byte)0)]));

        Assert.Equal(1, square.Forward(flow).Overlap(square.Shift((2, -1))));
    }

    private static Arbitrary<Mask> Masks() => Gen.Choose(0, 2).Select(b => b == 0 ? (byte)1 : (byte)0).ArrayOf(Side * Side)
        .Select(set => new Mask(Side, Side, set)).ToArbitrary();
}
