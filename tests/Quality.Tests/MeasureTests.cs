using FsCheck;
using FsCheck.Fluent;
using VideoGrain.Media;
using VideoGrain.Media.Flow;

namespace VideoGrain.Quality.Tests;

public sealed class MeasureTests
{
    [Fact]
    public void WarpError_SourceWithItsTrueFlow_IsSmall()
    {
        var error = WarpError.Of(Clip.Frames, Clip.Flow);

        // Anti-aliased edges and sampling leave a little; the same clip with a wrong flow has far more.
        Assert.InRange(error, 0.01, 1.0);
    }

    [Fact]
    public void WarpError_FlickeringClip_IsLarger()
    {
        var flicker = Clip.Frames.Select((f, i) => new Frame(f.Width, f.Height, Array.ConvertAll(f.Rgb, v => (byte)Math.Clamp(v + (i % 2 * 20), 0, 255)))).ToList();

        Assert.True(WarpError.Of(flicker, Clip.Flow) > 10 * WarpError.Of(Clip.Frames, Clip.Flow));
    }

    [Fact]
    public void WarpError_KnownDifference_IsItsSquare()
    {
        var frames = new[] { new Frame(8, 8, new Colour(51, 51, 51)), new Frame(8, 8, new Colour(102, 102, 102)) };
        var flow = new FlowField(8, 8, new float[128], [.. Enumerable.Repeat(true, 64)]);

        // (51 / 255)^2 = 0.04, in thousandths.
        Assert.Equal(40, WarpError.Of(frames, [flow]), 9);
    }

    [Fact]
    public void WarpError_OfSomePairs_LeavesTheOthersOut()
    {
        var frames = new[] { new Frame(8, 8, new Colour(51, 51, 51)), new Frame(8, 8, new Colour(102, 102, 102)), new Frame(8, 8, new Colour(102, 102, 102)) };
        var flow = new FlowField(8, 8, new float[128], [.. Enumerable.Repeat(true, 64)]);

        Assert.Equal(40, WarpError.Of(frames, [flow, flow], pair => pair == 0), 9);
        Assert.Equal(0, WarpError.Of(frames, [flow, flow], pair => pair == 1));
    }

    [Fact]
    public void WarpError_ShiftFollowedByTheFlow_IsZero()
        => Prop.ForAll(
            Gen.Choose(-3, 3).Zip(Gen.Choose(-3, 3)).ToArbitrary(),
            shift =>
            {
                var (dx, dy) = shift;
                Frame Pattern(int left, int top)
                {
                    var frame = new Frame(16, 16, Colour.Black);
                    for (var y = 0; y < 16; y++)
                    {
                        for (var x = 0; x < 16; x++)
                            frame[x, y] = new Colour((byte)(7 * (x - left + 20)), (byte)(5 * (y - top + 20)), 9);
                    }

                    return frame;
                }

                var displacement = new float[2 * 256];
                for (var i = 0; i < 256; i++)
                    (displacement[2 * i], displacement[(2 * i) + 1]) = (dx, dy);
                var flow = new FlowField(16, 16, displacement, [.. Enumerable.Repeat(true, 256)]);
                return WarpError.Of([Pattern(0, 0), Pattern(dx, dy)], [flow]) < 1e-12;
            }).QuickCheckThrowOnFailure();

    [Fact]
    public void WarpError_WrongCounts_SaysWhich()
    {
        var error = Assert.Throws<ArgumentException>(() => WarpError.Of(Clip.Frames, Clip.Flow.Take(3).ToList()));

        Assert.Contains("3 flow fields for 8 frames", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Psnr_KnownDifference_IsTheFormulasValue()
    {
        var a = new Frame(20, 20, new Colour(100, 100, 100));
        var b = new Frame(20, 20, new Colour(110, 110, 110));

        Assert.Equal(10 * Math.Log10(255.0 * 255 / 100), BackgroundPreservation.Psnr([a], [b], [Mask.Full(20, 20)])!.Value, 9);
    }

    [Fact]
    public void Psnr_ChangesWithinTheMargin_DoNotCount()
    {
        var a = new Frame(32, 32, Colour.Black);
        var b = new Frame(32, 32, Colour.Black);
        var mask = new byte[32 * 32];
        Array.Fill(mask, (byte)1);
        mask[(16 * 32) + 16] = 0;
        b[12, 12] = Colour.White;

        Assert.Equal(BackgroundPreservation.IdenticalPsnr, BackgroundPreservation.Psnr([a], [b], [new Mask(32, 32, (byte[])mask.Clone())]));
        Assert.True(BackgroundPreservation.Psnr([a], [b], [new Mask(32, 32, mask)], margin: 3) < 50);
    }

    [Fact]
    public void Psnr_NoBackgroundLeft_IsUndefined()
        => Assert.Null(BackgroundPreservation.Psnr(
            [new Frame(4, 4, Colour.Black)], [new Frame(4, 4, Colour.White)], [new Mask(4, 4, new byte[16])]));

    [Fact]
    public void ClipScore_OfAModel_AveragesCosines()
    {
        Frame[] frames = [new(1, 1, new Colour(1, 0, 0)), new(1, 1, new Colour(1, 0, 0)), new(1, 1, new Colour(0, 1, 0))];

        var score = ClipScore.Of(new ColourModel(), frames, "red");

        Assert.Equal(50, score.FrameConsistency, 9);
        Assert.Equal(200.0 / 3, score.TextAlignment, 9);
        Assert.Equal(score.TextAlignment / 2, score.EditQuality(2)!.Value, 9);
        Assert.Null(score.EditQuality(0));
        Assert.Equal(100, ClipScore.Of(new ColourModel(), [frames[0]], "red").FrameConsistency);
        Assert.Throws<ArgumentException>(() => ClipScore.Of(new ColourModel(), [], "red"));
    }

    /// <summary>Embeds a pixel as its colour, and every text as red.</summary>
    private sealed class ColourModel : IClipModel
    {
        public float[] EmbedImage(Frame frame) => [frame.Rgb[0], frame.Rgb[1], frame.Rgb[2]];

        public float[] EmbedText(string text) => [1, 0, 0];
    }
}
