using VideoGrain.Media;
using VideoGrain.Media.Flow;

namespace VideoGrain.Quality.Tests;

public sealed class PyramidalFlowTests
{
    [Fact]
    public void Estimate_ToyboxClip_IsWithinAPixelOfTheTruth()
    {
        double sum = 0, moving = 0;
        long pixels = 0, movingPixels = 0;
        for (var f = 0; f < Clip.Flow.Count; f++)
        {
            var estimate = PyramidalFlow.Estimate(Clip.Frames[f], Clip.Frames[f + 1], TestContext.Current.CancellationToken);
            for (var i = 0; i < estimate.Visible.Length; i++)
            {
                if (!Clip.Flow[f].Visible[i])
                    continue;
                double u = Clip.Flow[f].Displacement[2 * i], v = Clip.Flow[f].Displacement[(2 * i) + 1];
                var error = double.Hypot(estimate.Displacement[2 * i] - u, estimate.Displacement[(2 * i) + 1] - v);
                sum += error;
                pixels++;
                if (double.Hypot(u, v) > 0.25)
                {
                    moving += error;
                    movingPixels++;
                }
            }
        }

        TestContext.Current.TestOutputHelper?.WriteLine($"end-point error {sum / pixels:F3} px, on moving pixels {moving / movingPixels:F3} px");
        Assert.InRange(sum / pixels, 0, 0.25);
        Assert.InRange(moving / movingPixels, 0, 0.6);
    }

    [Fact]
    public void EstimateOneWay_ToyboxFrames_IsTheSameFlowWithEverythingVisible()
    {
        var cancellation = TestContext.Current.CancellationToken;
        var both = PyramidalFlow.Estimate(Clip.Frames[0], Clip.Frames[1], cancellation);
        var one = PyramidalFlow.EstimateOneWay(Clip.Frames[0], Clip.Frames[1], cancellation);

        Assert.Equal(both.Displacement, one.Displacement);
        Assert.DoesNotContain(false, one.Visible);
        Assert.Contains(false, both.Visible);
    }

    [Theory]
    [InlineData(6, -3)]
    [InlineData(-2, 5)]
    [InlineData(0, 0)]
    public void Estimate_ShiftedTexture_FindsTheShift(int dx, int dy)
    {
        var (from, to) = (Texture(0, 0), Texture(dx, dy));

        var flow = PyramidalFlow.Estimate(from, to, TestContext.Current.CancellationToken);

        double error = 0;
        var inside = 0;
        for (var y = 12; y < 52; y++)
        {
            for (var x = 12; x < 68; x++)
            {
                var i = (y * 80) + x;
                error += double.Hypot(flow.Displacement[2 * i] - dx, flow.Displacement[(2 * i) + 1] - dy);
                inside++;
                Assert.True(flow.Visible[i], $"({x}, {y}) is visible");
            }
        }

        Assert.InRange(error / inside, 0, 0.25);
    }

    [Fact]
    public void Estimate_FramesOfOnePixel_HaveNoMotion()
    {
        var flow = PyramidalFlow.Estimate(new Frame(1, 1, Colour.Black), new Frame(1, 1, Colour.White), TestContext.Current.CancellationToken);

        Assert.Equal([0f, 0f], flow.Displacement);
    }

    [Fact]
    public void Estimate_FramesOfTwoSizes_AreRefused()
        => Assert.Throws<MediaException>(() => PyramidalFlow.Estimate(
            new Frame(4, 4, Colour.Black), new Frame(4, 5, Colour.Black), TestContext.Current.CancellationToken));

    [Fact]
    public void Estimate_Cancelled_Stops()
        => Assert.Throws<OperationCanceledException>(
            () => PyramidalFlow.Estimate(Clip.Frames[0], Clip.Frames[1], new CancellationToken(canceled: true)));

    private static Frame Texture(int dx, int dy)
    {
        var frame = new Frame(80, 64, Colour.Black);
        for (var y = 0; y < 64; y++)
        {
            for (var x = 0; x < 80; x++)
            {
                double a = x - dx, b = y - dy;
                var value = 128 + (50 * Math.Sin((0.31 * a) + (0.11 * b))) + (40 * Math.Sin((0.23 * b) - (0.17 * a))) + (20 * Math.Sin(0.05 * a * b / 8));
                frame[x, y] = new Colour((byte)value, (byte)value, (byte)value);
            }
        }

        return frame;
    }
}
