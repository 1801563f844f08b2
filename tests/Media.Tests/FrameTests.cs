namespace VideoGrain.Media.Tests;

public sealed class FrameTests
{
    [Fact]
    public void Frame_WithABufferOfAnotherSize_IsRefused() =>
        Assert.Throws<ArgumentException>(() => new Frame(4, 4, new byte[47]));

    [Fact]
    public void Clip_OfDifferentSizesOrNothing_IsRefused()
    {
        Assert.Equal(MediaError.NoFrames, Assert.Throws<MediaException>(() => new VideoFrames([], FrameRate.Default)).Error);
        Assert.Equal(MediaError.SizeMismatch, Assert.Throws<MediaException>(
            () => new VideoFrames([new Frame(2, 2, Colour.Black), new Frame(2, 3, Colour.Black)], FrameRate.Default)).Error);
    }

    [Theory]
    [InlineData("30000/1001", 30000, 1001)]
    [InlineData("8/1", 8, 1)]
    [InlineData("24", 24, 1)]
    public void FrameRate_OfAFraction_IsExact(string text, int numerator, int denominator)
    {
        Assert.True(FrameRate.TryParse(text, out FrameRate rate));
        Assert.Equal(new FrameRate(numerator, denominator), rate);
    }

    [Theory]
    [InlineData("0/0")]
    [InlineData("-8")]
    [InlineData("8/")]
    [InlineData("1/2/3")]
    [InlineData("99999999/1")]
    [InlineData("fast")]
    [InlineData(null)]
    public void FrameRate_OfNonsense_IsRefused(string? text) => Assert.False(FrameRate.TryParse(text, out _));

    [Fact]
    public void FrameRate_FromADouble_IsInLowestTerms()
    {
        Assert.Equal(new FrameRate(25, 2), FrameRate.FromDouble(12.5));
        Assert.Throws<ArgumentOutOfRangeException>(() => FrameRate.FromDouble(double.NaN));
    }

    [Fact]
    public void Geometry_WithMarginsThatLeaveNothing_IsRefused() => Assert.Equal(MediaError.SizeMismatch,
        Assert.Throws<MediaException>(() => new ClipGeometry(32, Left: 40, Right: 24).PrepareFrames(Clips.Walking())).Error);

    [Theory]
    [InlineData(64, 48)]
    [InlineData(31, 77)]
    public void Geometry_AnyClip_BecomesASquareInRange(int width, int height)
    {
        VideoFrames clip = Clips.Walking(width, height, 2);

        float[] samples = new ClipGeometry(32, Left: 1, Bottom: 2).Prepare(clip);
        VideoFrames frames = new ClipGeometry(32, Left: 1, Bottom: 2).PrepareFrames(clip);

        Assert.Equal(3 * 2 * 32 * 32, samples.Length);
        Assert.All(samples, s => Assert.InRange(s, -1f, 1f));
        Assert.Equal((32, 32), (frames.Width, frames.Height));
        for (int p = 0; p < 32 * 32; p++)
            Assert.Equal(frames[1].Rgb[p * 3 + 2], (samples[(2 * 2 + 1) * 32 * 32 + p] + 1) * 127.5, 0.51);
    }
}
