using VideoGrain.Media;
using VideoGrain.Segmentation.Control;
using VideoGrain.Segmentation.Models;
using VideoGrain.Segmentation.Tests.Support;

namespace VideoGrain.Segmentation.Tests.Models;

/// <summary>The pose decoder on graphs whose outputs are constants, so that the answer is known.</summary>
public sealed class PoseModelTests : IDisposable
{
    // The person's box with its margin, brought to 18 : 24: from (8.75, -3), 22.5 wide and 30 high.
    private const double Left = 8.75, Top = -3, Width = 22.5, Height = 30;

    private readonly TestModels _models = new();
    private readonly CancellationToken _cancellation = TestContext.Current.CancellationToken;

    [Fact]
    public void Find_OnePersonSeenByTwoCells_IsLocatedOnce()
    {
        Install(17, k => k / 20f, k => (2 * k, (47 - k)));
        using var pose = _models.Take(Decoders.Pose);

        var person = Assert.Single(pose.Model.Find(new Frame(32, 32, Colour.Black), _cancellation));

        Assert.Equal(17, person.Count);
        for (var k = 0; k < 17; k++)
        {
            Assert.Equal(Left + (Width * 2 * k / 36), person[k].X, tolerance: 1e-4);
            Assert.Equal(Top + (Height * (47 - k) / 48), person[k].Y, tolerance: 1e-4);
            Assert.Equal(k / 20.0, person[k].Score, tolerance: 1e-6);
        }
    }

    [Fact]
    public void Find_LargerFrame_ScalesWithIt()
    {
        Install(17, _ => 1, _ => (18, 24));
        using var pose = _models.Take(Decoders.Pose);

        // Letterboxed: 64 x 32 fills the upper half of the detector's picture.
        var person = Assert.Single(pose.Model.Find(new Frame(64, 32, Colour.Black), _cancellation));

        Assert.Equal((40, 24), (person[0].X, person[0].Y));
    }

    [Theory]
    [InlineData(85)]
    [InlineData(6)]
    public void Find_AnyNumberOfClasses_ReadsPeople(int numbers)
    {
        Install(17, _ => 1, _ => (18, 24), numbers);
        using var pose = _models.Take(Decoders.Pose);

        Assert.Single(pose.Model.Find(new Frame(32, 32, Colour.Black), _cancellation));
    }

    [Fact]
    public void Take_DetectorOfAnotherShape_NamesTheTensor()
    {
        Install(17, _ => 1, _ => (18, 24), numbers: 5);

        var error = Assert.Throws<ModelProfileException>(() => _models.Take(Decoders.Pose));

        Assert.Contains("'output' (predictions) has shape [1, 21, 5]", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Take_AnotherNumberOfKeypoints_NamesTheTensor()
    {
        Install(21, _ => 1, _ => (18, 24));

        var error = Assert.Throws<ModelProfileException>(() => _models.Take(Decoders.Pose));

        Assert.Contains("'simcc_x' (simcc_x) has shape [1, 21, 36], pose reads [1, 133, 36]", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Draw_Body_UsesOpenPoseColours()
    {
        // COCO's shoulders (5 left, 6 right), elbow (8 right) and nose (0).
        var person = new PoseKeypoint[17];
        person[0] = new PoseKeypoint(256, 100, 0.9);
        person[5] = new PoseKeypoint(356, 200, 0.9);
        person[6] = new PoseKeypoint(156, 200, 0.9);
        person[8] = new PoseKeypoint(106, 300, 0.9);

        var map = PoseDrawing.Draw(512, 512, [person]);

        Assert.Equal(new Colour(255, 0, 0), map[256, 100]); // Nose.
        Assert.Equal(new Colour(255, 85, 0), map[256, 200]); // Neck, between the shoulders.
        Assert.Equal(new Colour(255, 170, 0), map[156, 200]); // Right shoulder.
        Assert.Equal(new Colour(85, 255, 0), map[356, 200]); // Left shoulder.
        Assert.Equal(new Colour(255, 255, 0), map[106, 300]); // Right elbow.
        Assert.Equal(new Colour(153, 0, 0), map[206, 200]); // Neck to right shoulder, at six tenths.
        Assert.Equal(new Colour(153, 51, 0), map[306, 200]); // Neck to left shoulder.
        Assert.Equal(new Colour(153, 102, 0), map[131, 250]); // Right shoulder to right elbow.
        Assert.Equal(new Colour(0, 0, 153), map[256, 150]); // Neck to nose.
        Assert.Equal(Colour.Black, map[256, 300]);
        Assert.Equal(Colour.Black, map[356, 300]);
    }

    [Fact]
    public void Draw_WholeBody_HasHandsAndFace()
    {
        var person = new PoseKeypoint[133];
        person[23] = new PoseKeypoint(50, 60, 0.5);
        person[91] = new PoseKeypoint(200, 200, 0.5);
        person[92] = new PoseKeypoint(240, 200, 0.5);
        person[112] = new PoseKeypoint(300, 300, 0.5);
        person[113] = new PoseKeypoint(300, 340, 0.29);

        var map = PoseDrawing.Draw(512, 512, [person]);

        Assert.Equal(Colour.White, map[50, 60]);
        Assert.Equal(new Colour(0, 0, 255), map[200, 200]);
        Assert.Equal(new Colour(255, 0, 0), map[220, 200]);
        Assert.Equal(new Colour(0, 0, 255), map[300, 300]);
        Assert.Equal(Colour.Black, map[300, 320]);
    }

    [Fact]
    public void Draw_PointsFarOutside_AreLeftOut()
    {
        var person = Enumerable.Range(0, 17).Select(k => new PoseKeypoint(-1e9 * k, 1e9, 1)).ToArray();

        Assert.All(PoseDrawing.Draw(16, 16, [person]).Rgb, b => Assert.Equal(0, b));
    }

    public void Dispose() => _models.Dispose();

    private void Install(int count, Func<int, float> likelihood, Func<int, (int Column, int Row)> place, int numbers = 6) => _models.Install(
        "pose", ToyModels.PoseProfile, ("detector.onnx", ToyModels.PersonDetector(numbers)), ("keypoints.onnx", ToyModels.Keypoints(count, likelihood, place)));
}
