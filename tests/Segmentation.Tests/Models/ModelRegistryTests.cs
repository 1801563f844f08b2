using VideoGrain.Media;
using VideoGrain.Segmentation.Models;
using VideoGrain.Segmentation.Tests.Support;
using VideoGrain.ServiceDefaults.Errors;
using VideoGrain.Testing;

namespace VideoGrain.Segmentation.Tests.Models;

public sealed class ModelRegistryTests : IDisposable
{
    private readonly TestModels _models = new();

    /// <summary>A model whose logits are the input's channels: red, green and blue pixels are its three classes.</summary>
    private static byte[] ColourModel() => new OnnxModelWriter()
        .Input("image", OnnxElement.Float, 1, 3, 16, 16)
        .Output("logits", OnnxElement.Float, 1, 3, 16, 16)
        .Constant("gain", [20f])
        .Node("Mul", ["image", "gain"], ["logits"])
        .ToArray();

    [Fact]
    public void Detect_ColouredPatches_AreObjectsOfTheirClasses()
    {
        Install("colours", ColourModel());
        var frame = new Frame(32, 32, new Colour(255, 0, 0));
        Fill(frame, 2, 2, 10, new Colour(0, 255, 0));
        Fill(frame, 20, 4, 8, new Colour(0, 255, 0));
        Fill(frame, 4, 20, 9, new Colour(0, 0, 255));

        var (detector, lease) = _models.Registry.AcquireDetector("");
        using var held = lease;
        var found = detector.Detect(frame, TestContext.Current.CancellationToken);

        Assert.Equal(["blue", "green", "green"], found.Select(d => d.ClassName).Order(StringComparer.Ordinal));
        Assert.All(found, d => Assert.InRange(d.Score, 0.9, 1));
        Assert.Equal(100, found.Single(d => d.Mask.Set[(5 * 32) + 5] != 0).Mask.Count, tolerance: 12);
    }

    [Fact]
    public void Profiles_FolderChanges_AreSeenOnTheNextUse()
    {
        Assert.Empty(_models.Registry.Profiles);
        Install("colours", ColourModel());
        Assert.Equal(["colours"], _models.Registry.Profiles.Select(p => p.Name));
        var (before, lease) = _models.Registry.AcquireDetector("colours");

        Install("colours", ColourModel(), classes: "[red, lime, blue]");
        var (after, second) = _models.Registry.AcquireDetector("colours");
        second.Dispose();

        Assert.Equal("lime", after.Profile.Classes[1]);
        // Who still holds the old model can go on with it.
        Assert.Empty(before.Detect(new Frame(16, 16, new Colour(255, 0, 0)), TestContext.Current.CancellationToken));
        lease.Dispose();
        _models.Remove("colours");
        Assert.Empty(_models.Registry.Profiles);
    }

    [Fact]
    public void AcquireDetector_NoSuchModel_IsRefused()
    {
        Assert.Equal(ErrorReasons.ModelNotLoaded, Assert.Throws<VideoGrainException>(() => _models.Registry.AcquireDetector("")).Reason);
        Install("colours", ColourModel());
        Assert.Equal(ErrorReasons.ModelNotFound, Assert.Throws<VideoGrainException>(() => _models.Registry.AcquireDetector("other")).Reason);
    }

    [Theory]
    [InlineData("name: image", "name: picture", "'picture'")]
    [InlineData("height: 16", "height: 32", "'image' has shape")]
    [InlineData("logits: logits", "logits: masks", "'masks'")]
    [InlineData("decoder: semantic_logits", "decoder: magic", "'magic'")]
    [InlineData("file: model.onnx", "file: nothing.onnx", "nothing.onnx")]
    public void AcquireDetector_ModelUnlikeItsProfile_NamesTheTensor(string good, string bad, string named)
    {
        Install("colours", ColourModel(), change: text => text.Replace(good, bad, StringComparison.Ordinal));

        var error = Assert.Throws<ModelProfileException>(() => _models.Registry.AcquireDetector("colours"));

        Assert.Contains(named, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Detect_OutputOfAnotherShape_NamesTheTensor()
    {
        Install("colours", ColourModel(), classes: "[red, green, blue, grey]");
        var (detector, lease) = _models.Registry.AcquireDetector("colours");
        using var held = lease;

        var error = Assert.Throws<ModelProfileException>(() => detector.Detect(new Frame(16, 16, Colour.Black), TestContext.Current.CancellationToken));

        Assert.Contains("'logits' (logits) has shape [1, 3, 16, 16], semantic_logits reads [1, 4, any, any]", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void AcquireDetector_DamagedModels_AreTypedErrors()
    {
        var good = ColourModel();
        var random = new Random(11);
        for (var i = 0; i < 60; i++)
        {
            var bad = (byte[])good.Clone();
            for (var flips = random.Next(1, 8); flips > 0; flips--)
                bad[random.Next(bad.Length)] ^= (byte)(1 << random.Next(8));
            Install("colours", i % 3 == 0 ? bad[..random.Next(bad.Length)] : bad);
            try
            {
                // Some mutations leave a model that still works.
                _models.Registry.AcquireDetector("colours").Lease.Dispose();
            }
            catch (ModelProfileException)
            {
            }

            _models.Remove("colours");
            Assert.Empty(_models.Registry.Profiles);
        }
    }

    public void Dispose() => _models.Dispose();

    private void Install(string name, byte[] model, string classes = "[red, green, blue]", Func<string, string>? change = null)
    {
        var profile = $"""
            name: {name}
            task: segmentation
            decoder: semantic_logits
            file: model.onnx
            licence: MIT
            source: here
            input:
              name: image
              height: 16
              width: 16
            outputs:
              logits: logits
            classes: {classes}
            background_class: red
            """;
        _models.Install(name, model, change?.Invoke(profile) ?? profile);
    }

    private static void Fill(Frame frame, int left, int top, int side, Colour colour)
    {
        for (var y = top; y < top + side; y++)
        {
            for (var x = left; x < left + side; x++)
                frame[x, y] = colour;
        }
    }
}
