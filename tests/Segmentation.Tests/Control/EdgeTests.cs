using VideoGrain.Media;
using VideoGrain.Segmentation.Control;
using VideoGrain.Segmentation.Tests.Support;

namespace VideoGrain.Segmentation.Tests.Control;

public sealed class EdgeTests
{
    [Theory]
    [InlineData("frame0", 100, 200)]
    [InlineData("frame0", 20, 60)]
    [InlineData("frame3", 100, 200)]
    [InlineData("frame3", 20, 60)]
    public void Canny_Frame_AgreesWithOpenCvPixelByPixel(string frame, int low, int high)
    {
        var edges = CannyEdges.Draw(TestClip.Picture(frame + ".png"), low, high);

        Assert.Equal(TestClip.Picture($"{frame}-canny-{low}-{high}.png").Rgb, edges.Rgb);
    }

    [Fact]
    public void SoftEdges_Step_IsBrightestAtTheStep()
    {
        var frame = new Frame(64, 8, Colour.Black);
        for (var x = 32; x < 64; x++)
        {
            for (var y = 0; y < 8; y++)
                frame[x, y] = Colour.White;
        }

        var edges = SoftEdges.Draw(frame);

        Assert.Equal(Colour.White, edges[32, 4]);
        Assert.Equal(Colour.Black, edges[4, 4]);
        Assert.True(edges[28, 4].Red < edges[30, 4].Red && edges[30, 4].Red <= edges[31, 4].Red);
    }

    [Fact]
    public void SoftEdges_FaintNoise_StaysDark()
    {
        var random = new Random(3);
        var noise = new byte[32 * 32 * 3];
        for (var i = 0; i < noise.Length; i++)
            noise[i] = (byte)(120 + random.Next(2));

        Assert.All(SoftEdges.Draw(new Frame(32, 32, noise)).Rgb, b => Assert.True(b < 128));
    }
}
