using FsCheck;
using FsCheck.Fluent;
using VideoGrain.Media.Resizing;

namespace VideoGrain.Media.Tests;

public sealed class ResizerTests
{
    private static readonly ResizeFilter[] All = Enum.GetValues<ResizeFilter>();

    [Fact]
    public void ConstantPicture_StaysConstantUnderEveryFilter() => Prop.ForAll(
        Gen.Choose(1, 23).Four().Zip(Gen.Elements(All)).ToArbitrary(),
        given =>
        {
            ((int w, int h, int nw, int nh), ResizeFilter filter) = given;
            float[] source = Enumerable.Repeat(0.75f, w * h).ToArray();
            return Resizer.Resize(source, w, h, 1, nw, nh, filter).All(v => Math.Abs(v - 0.75f) < 1e-5);
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void SameSize_ChangesNothing() => Prop.ForAll(
        Gen.Choose(1, 12).Two().Zip(Gen.Elements(All)).ToArbitrary(),
        given =>
        {
            ((int w, int h), ResizeFilter filter) = given;
            float[] source = [.. Enumerable.Range(0, w * h * 2).Select(i => (float)Math.Sin(i))];
            return Resizer.Resize(source, w, h, 2, w, h, filter).Zip(source, (a, b) => Math.Abs(a - b) < 1e-6).All(same => same);
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void Area_KeepsTheMean() => Prop.ForAll(
        Gen.Choose(1, 20).Two().Zip(Gen.Choose(1, 20)).ToArbitrary(),
        given =>
        {
            ((int source, int target), int seed) = given;
            System.Random random = new(seed);
            float[] row = [.. Enumerable.Range(0, source).Select(_ => random.NextSingle())];
            return Math.Abs(Resizer.Resize(row, source, 1, 1, target, 1, ResizeFilter.Area).Average() - row.Average()) < 1e-5;
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void KnownRows_MatchTheDefinitions()
    {
        float[] row = [0, 1, 2, 3];

        Assert.Equal([0, 2], Resizer.Resize(row, 4, 1, 1, 2, 1, ResizeFilter.Nearest));
        Assert.Equal([0.5f, 2.5f], Resizer.Resize(row, 4, 1, 1, 2, 1, ResizeFilter.Area));
        Assert.Equal([0.5f, 2.5f], Resizer.Resize(row, 4, 1, 1, 2, 1, ResizeFilter.Bilinear));
        Assert.Equal([0, 0.25f, 0.75f, 1.25f, 1.75f, 2.25f, 2.75f, 3], Resizer.Resize(row, 4, 1, 1, 8, 1, ResizeFilter.Bilinear));
        // Triangles of radius 2 around 1 and 3, cut at the edges: weights 3/8 3/8 1/8 -> over 7/8 and mirrored.
        Assert.Equal([5 / 7f, 16 / 7f], Resizer.Resize(row, 4, 1, 1, 2, 1, ResizeFilter.BilinearAntialiased).Select(v => MathF.Round(v * 7) / 7));
    }

    [Fact]
    public void Crop_LeavingTheFrame_IsRefused()
    {
        Frame frame = Clips.Walking()[0];

        Assert.Throws<ArgumentOutOfRangeException>(() => frame.Crop(1, 0, frame.Width, 1));
        Assert.Equal(frame[3, 4], frame.Crop(3, 4, 2, 2)[0, 0]);
    }
}
