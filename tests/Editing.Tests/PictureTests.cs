using VideoGrain.Editing.Pictures;

namespace VideoGrain.Editing.Tests;

public sealed class PictureTests
{
    private const int Side = 16;

    [Fact]
    public void Over_WordInACorner_IsRedThereAndBlueElsewhere()
    {
        var clip = new RgbClip(2, Side, Side, new byte[2 * Side * Side * 3]);

        var heat = HeatMap.Over(Record(), [1], clip);

        Assert.Equal((2, Side, Side), (heat.Frames, heat.Height, heat.Width));
        var pixels = heat.Pixels.Span;
        Assert.True(pixels[0] > pixels[2]);
        Assert.True(pixels[^3] < pixels[^1]);
    }

    [Fact]
    public void Over_TokenOutsideThePrompt_IsRefused()
    {
        var clip = new RgbClip(2, Side, Side, new byte[2 * Side * Side * 3]);

        Assert.Equal(EditReasons.NounNotFound, Assert.Throws<EditException>(() => HeatMap.Over(Record(), [9], clip)).Reason);
        Assert.Equal(EditReasons.NounNotFound, Assert.Throws<EditException>(() => HeatMap.Over(Record(), [], clip)).Reason);
    }

    [Fact]
    public void Paint_ManyRegions_HaveDifferentColoursAndTheLaterOnTop()
    {
        var masks = Enumerable.Range(0, 8).Select(i => new LayoutMask(1, 1, 8, Enumerable.Range(0, 8).Select(x => (byte)(x >= i ? 1 : 0)).ToArray())).ToArray();

        var map = RegionMap.Paint(masks, 1, 8);

        Assert.Equal(8, map.Pixels.ToArray().Chunk(3).Select(p => (p[0], p[1], p[2])).Distinct().Count());
    }

    [Fact]
    public void Pca_TwoKindsOfTokens_GetTwoColours()
    {
        var pictures = AttentionPca.Over(Record(), TestContext.Current.CancellationToken);

        var colours = pictures.Pixels.ToArray().Chunk(3).Take(16).Select(p => p[0]).ToArray();
        Assert.Equal(2, colours.Distinct().Count());
        Assert.Equal(colours[0], colours[1]);
        Assert.NotEqual(colours[0], colours[15]);
    }

    [Fact]
    public void Pca_FrameAfterFrame_KeepsItsColours()
    {
        var pictures = AttentionPca.Over(Record(), TestContext.Current.CancellationToken).Pixels.ToArray();

        Assert.Equal(pictures.Take(pictures.Length / 2), pictures.Skip(pictures.Length / 2));
    }

    [Fact]
    public void Enlarge_MaskOfCells_HasTheirSizeAndIsCutAtTheEdge()
    {
        var mask = new LayoutMask(1, 2, 3, new byte[] { 1, 0, 0, 1, 0, 0 }).Enlarge(8, 16, 20);

        Assert.Equal((16, 20), (mask.Height, mask.Width));
        for (var row = 0; row < 16; row++) Assert.Equal(8, mask.Values.Span.Slice(row * 20, 20).ToArray().Count(value => value != 0));
    }

    [Fact]
    public void Blend_HotAndColdPixels_AreRedAndBlueOverTheFrame()
    {
        var picture = HeatMap.Blend([0, 1], 0, 1, [100, 100, 100, 100, 100, 100]);

        Assert.True(picture[2] > picture[0]);
        Assert.True(picture[3] > picture[5]);
    }

    /// <summary>Four by four tokens; the upper half attends to itself and to word 1.</summary>
    private static AttentionRecord Record()
    {
        var self = new float[2 * 16 * 16];
        var cross = new float[2 * 16 * 3];
        for (var i = 0; i < 32; i++)
        {
            cross[i * 3 + 1] = i % 16 < 8 ? 5 : 1;
            for (var key = 0; key < 16; key++) self[i * 16 + key] = (i % 16 < 8) == (key < 8) ? 0.1f : 0;
        }

        return new AttentionRecord(2, 4, 4, 3, self, cross);
    }
}
