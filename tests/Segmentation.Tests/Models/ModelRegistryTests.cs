using VideoGrain.Media;
using VideoGrain.Segmentation.Models;
using VideoGrain.Segmentation.Regions;
using VideoGrain.Segmentation.Tests.Support;
using VideoGrain.ServiceDefaults.Errors;
using VideoGrain.Testing;

namespace VideoGrain.Segmentation.Tests.Models;

public sealed class ModelRegistryTests : IDisposable
{
    private readonly TestModels _models = new();

    [Fact]
    public void Detect_ColouredPatches_AreObjectsOfTheirClasses()
    {
        Install("colours", ToyModels.Colours());
        var frame = new Frame(32, 32, new Colour(255, 0, 0));
        Fill(frame, 2, 2, 10, new Colour(0, 255, 0));
        Fill(frame, 20, 4, 8, new Colour(0, 255, 0));
        Fill(frame, 4, 20, 9, new Colour(0, 0, 255));

        using var detector = _models.Detector();
        var found = detector.Model.Detect(frame, new MaskCleanUp(1, 0.005), TestContext.Current.CancellationToken);

        Assert.Equal(["blue", "green", "green"], found.Select(d => d.ClassName).Order(StringComparer.Ordinal));
        Assert.All(found, d => Assert.InRange(d.Score, 0.9, 1));
        Assert.Equal(100, found.Single(d => d.Mask.Set[(5 * 32) + 5] != 0).Mask.Count, tolerance: 12);
    }

    [Fact]
    public void Profiles_FolderChanges_AreSeenOnTheNextUse()
    {
        Assert.Empty(_models.Registry.Profiles);
        Install("colours", ToyModels.Colours());
        Assert.Equal(["colours"], _models.Registry.Profiles.Select(p => p.Name));
        using var before = _models.Detector("colours");

        Install("colours", ToyModels.Colours(), classes: "[red, lime, blue]");
        using var after = _models.Detector("colours");

        Assert.Equal("lime", after.Profile.Classes[1]);
        // Who still holds the old model can go on with it.
        Assert.Empty(before.Model.Detect(new Frame(16, 16, new Colour(255, 0, 0)), new MaskCleanUp(1, 0.005), TestContext.Current.CancellationToken));
        _models.Remove("colours");
        Assert.Empty(_models.Registry.Profiles);
    }

    [Fact]
    public void Take_DamagedNewModel_LeavesTheOldOneServing()
    {
        Install("colours", ToyModels.Colours());
        _models.Detector("colours").Dispose();

        Install("colours", [1, 2, 3], classes: "[red, lime, blue]");
        using (var kept = _models.Detector("colours"))
            Assert.Equal("green", kept.Profile.Classes[1]);
        var problem = Assert.Single(_models.Registry.Problems);
        Assert.Equal(("colours", "colours", true), (problem.Folder, problem.Name, problem.IsServing));
        Assert.DoesNotContain(_models.Folder, problem.Description, StringComparison.Ordinal);
        Assert.Equal("green", _models.Registry.Profiles.Single().Classes[1]);

        Install("colours", ToyModels.Colours(), classes: "[red, teal, blue]");
        using var renewed = _models.Detector("colours");
        Assert.Equal("teal", renewed.Profile.Classes[1]);
        Assert.Empty(_models.Registry.Problems);
    }

    [Fact]
    public void Take_UnreadableNewProfile_LeavesTheOldOneServing()
    {
        Install("colours", ToyModels.Colours());
        _models.Detector("colours").Dispose();

        Install("colours", ToyModels.Colours(), change: _ => "name: [");

        Assert.Equal("green", _models.Detector("colours").Profile.Classes[1]);
        Assert.True(Assert.Single(_models.Registry.Problems).IsServing);
    }

    [Fact]
    public void Problems_ProfileThatCannotBeRead_NameTheFolder()
    {
        Install("broken", ToyModels.Colours(), change: _ => "name: broken");

        var problem = Assert.Single(_models.Registry.Problems);

        Assert.Equal(("broken", false), (problem.Folder, problem.IsServing));
        Assert.Contains("broken/profile.yaml", problem.Description, StringComparison.Ordinal);
    }

    [Fact]
    public void Take_MoreModelsThanMayBeLoaded_LetsTheOldestGoAndLoadsItAgain()
    {
        using var narrow = new TestModels(options => options.MaxLoadedModels = 1);
        foreach (var name in new[] { "a", "b" })
            narrow.Install(name, ToyModels.Colours(), ToyModels.ColoursProfile(name));

        using var first = narrow.Detector("a");
        narrow.Detector("b").Dispose();

        // Whoever holds a model keeps it.
        Assert.Empty(first.Model.Detect(new Frame(16, 16, new Colour(255, 0, 0)), new MaskCleanUp(1, 0.005), TestContext.Current.CancellationToken));
        Assert.Equal("a", narrow.Detector("a").Profile.Name);
    }

    [Fact]
    public void Take_ProviderThatCannotStart_IsNamed()
    {
        using var cuda = new TestModels(options => options.ExecutionProvider = "cuda");
        cuda.Install("colours", ToyModels.Colours(), ToyModels.ColoursProfile("colours"));

        var error = Assert.Throws<VideoGrainException>(() => cuda.Detector());

        Assert.Equal(ErrorReasons.ExecutionProviderUnavailable, error.Reason);
        Assert.Contains("'cuda'", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Take_OpsetOfTheFuture_IsNamed()
    {
        Install("colours", new OnnxModelWriter(opset: 999)
            .Input("image", OnnxElement.Float, 1, 3, 16, 16).Output("logits", OnnxElement.Float, 1, 3, 16, 16).Node("Identity", ["image"], ["logits"]).ToArray());

        Assert.Contains("999", Assert.Throws<ModelProfileException>(() => _models.Detector()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Take_InputThatNobodyFeeds_IsNamed()
    {
        Install("colours", new OnnxModelWriter()
            .Input("image", OnnxElement.Float, 1, 3, 16, 16).Input("prompt", OnnxElement.Int64, 1)
            .Output("logits", OnnxElement.Float, 1, 3, 16, 16).Node("Identity", ["image"], ["logits"]).ToArray());

        Assert.Contains("needs input 'prompt'", Assert.Throws<ModelProfileException>(() => _models.Detector()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Acquire_NoSuchModel_IsRefused()
    {
        Assert.Equal(ErrorReasons.ModelNotLoaded, Assert.Throws<VideoGrainException>(() => _models.Detector()).Reason);
        Install("colours", ToyModels.Colours());
        Assert.Equal(ErrorReasons.ModelNotFound, Assert.Throws<VideoGrainException>(() => _models.Detector("other")).Reason);
    }

    [Theory]
    [InlineData("name: image", "name: picture", "'picture'")]
    [InlineData("height: 16", "height: 32", "'image' has shape")]
    [InlineData("logits: logits", "logits: masks", "'masks'")]
    [InlineData("decoder: semantic_logits", "decoder: magic", "'magic'")]
    [InlineData("file: model.onnx", "file: nothing.onnx", "nothing.onnx")]
    public void Acquire_ModelUnlikeItsProfile_NamesTheTensor(string good, string bad, string named)
    {
        Install("colours", ToyModels.Colours(), change: text => text.Replace(good, bad, StringComparison.Ordinal));

        var error = Assert.Throws<ModelProfileException>(() => _models.Detector("colours"));

        Assert.Contains(named, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Acquire_OutputOfAnotherShape_NamesTheTensor()
    {
        Install("colours", ToyModels.Colours(), classes: "[red, green, blue, grey]");

        var error = Assert.Throws<ModelProfileException>(() => _models.Detector("colours"));

        Assert.Contains("'logits' (logits) has shape [1, 3, 16, 16], semantic_logits reads [1, 4, any, any]", error.Message, StringComparison.Ordinal);
    }

    public void Dispose() => _models.Dispose();

    private void Install(string name, byte[] model, string classes = "[red, green, blue]", Func<string, string>? change = null)
    {
        var profile = ToyModels.ColoursProfile(name, classes: classes);
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
