using VideoGrain.Editing.Attention;

namespace VideoGrain.Editing.Tests;

public sealed class FreeUTests
{
    [Fact]
    public void FilterSkip_ConstantImage_IsScaledWhole()
    {
        float[] values = [.. Enumerable.Repeat(2f, 4 * 6 * 3)];

        FreeU.FilterSkip(values, 1, 4, 6, 3, 0.5f);

        Assert.All(values, value => Assert.Equal(1, value, 1e-5));
    }

    [Fact]
    public void FilterSkip_HighestFrequency_IsLeftAlone()
    {
        float[] values = [.. Enumerable.Range(0, 16).Select(i => (i / 4 + i % 4) % 2 == 0 ? 1f : -1f)];
        var before = values.ToArray();

        FreeU.FilterSkip(values, 1, 4, 4, 1, 0.2f);

        Assert.All(values.Zip(before), pair => Assert.Equal(pair.Second, pair.First, 1e-5));
    }

    [Fact]
    public void ScaleBackbone_StrongestPixel_GetsTheWholeFactorInHalfTheChannels()
    {
        float[] values = [0, 0, 1, 1];

        FreeU.ScaleBackbone(values, 1, 2, 1.5f);

        Assert.Equal([0, 0, 1.5f, 1], values);
    }

    [Fact]
    public void ScaleBackbone_FlatImage_StaysFinite()
    {
        float[] values = [1, 1, 1, 1];

        FreeU.ScaleBackbone(values, 1, 2, 1.5f);

        Assert.Equal([1, 1, 1, 1], values);
    }
}
