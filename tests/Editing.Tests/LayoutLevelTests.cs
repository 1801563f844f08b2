using System.Numerics;
using VideoGrain.Editing.Layouts;

namespace VideoGrain.Editing.Tests;

public sealed class LayoutLevelTests
{
    private const int Frames = 2;
    private const int Side = 4;

    private static readonly Gen<LayoutMask> Masks = Gen.Choose(0, 1).ArrayOf(Frames * Side * Side)
        .Select(bits => new LayoutMask(Frames, Side, Side, bits.Select(b => (byte)b).ToArray()));

    [Fact]
    public void Build_AnyMasks_CountSharedTokensAsThePublishedMapDoes() =>
        Prop.ForAll(Masks.Two().ToArbitrary(), pair =>
        {
            LayoutMask[] masks = [pair.Item1, pair.Item2];
            var level = LayoutLevel.Build(masks, Side, Side, SizeDivisor.Tokens, halfPrecision: false);
            for (var i = 0; i < level.Regions.Length; i++)
            {
                var sharing = level.Regions.Sum(other => BitOperations.PopCount(other & level.Regions[i]));
                if (Math.Abs(level.SelfSize[i] - (1 - sharing / (float)(Frames * Side * Side))) > 1e-6) return false;
                for (var region = 0; region < masks.Length; region++)
                {
                    if ((level.Regions[i] >> region & 1) != masks[region].Values.Span[i]) return false;
                }
            }

            return true;
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void Build_DisjointRegions_KeepSizeTermsInRange() =>
        Prop.ForAll(Masks.Two().ToArbitrary(), pair =>
        {
            LayoutMask[] masks = [pair.Item1, pair.Item2];
            RegionMasks.CutByLater(masks);
            var level = LayoutLevel.Build(masks, Side / 2, Side / 2, SizeDivisor.Tokens, halfPrecision: false);
            return level.SelfSize.All(z => z is >= 0 and <= 1) && level.CrossSize.All(z => z is >= 0 and <= 1)
                && level.Regions.All(bits => BitOperations.PopCount(bits) <= 1);
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void Build_TokensOutsideEveryRegion_HaveFullSizeTerms()
    {
        var level = LayoutLevel.Build([new LayoutMask(1, 2, 2, new byte[] { 1, 0, 0, 0 })], 2, 2, SizeDivisor.Tokens, halfPrecision: true);

        Assert.Equal([0.75f, 1, 1, 1], level.SelfSize);
        Assert.Equal([0.75f, 1, 1, 1], level.CrossSize);
    }

    [Fact]
    public void CutByLater_OverlappingMasks_LeaveEveryPixelToTheLast()
    {
        LayoutMask[] masks = [new(1, 1, 3, new byte[] { 1, 1, 0 }), new(1, 1, 3, new byte[] { 0, 1, 1 })];

        RegionMasks.CutByLater(masks);

        Assert.Equal([1, 0, 0], masks[0].Values.ToArray());
        Assert.Equal([0, 1, 1], masks[1].Values.ToArray());
        Assert.Equal([1, 1, 1], RegionMasks.Union(masks));
    }

    [Fact]
    public void Resample_AnySize_TakesTheNearestPixel()
    {
        var mask = new LayoutMask(1, 4, 4, Enumerable.Range(0, 16).Select(i => (byte)(i % 4 == 2 ? 200 : 0)).ToArray());

        Assert.Equal([0, 1, 0, 1], mask.Resample(2, 2).Values.ToArray());
        Assert.Equal(16, mask.Resample(8, 8).Values.ToArray().Sum(v => v));
    }
}
