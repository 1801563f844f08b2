using VideoGrain.Segmentation.Models;

namespace VideoGrain.Segmentation.Tests.Models;

public sealed class ProfileReaderTests : IDisposable
{
    private const string Good = """
        name: m
        task: segmentation
        decoder: semantic_logits
        file: m.onnx
        licence: MIT
        source: here
        input:
          name: image
          height: 16
          width: 32
          mean: [0.5, 0.5, 0.5]
        outputs:
          logits: out
        classes: [background, cat]
        background_class: background
        """;

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("videograin-profile-");

    [Fact]
    public void Read_GoodProfile_HoldsEveryKey()
    {
        var profile = Read(Good);

        Assert.Equal(("m", ModelTask.Segmentation, "semantic_logits", "m.onnx"), (profile.Name, profile.Task, profile.Decoder, profile.File));
        var network = profile.Networks[ModelProfile.OnlyNetwork];
        Assert.Equal((16, 32, "image", "m.onnx"), (network.Input!.Height, network.Input.Width, network.Input.Name, network.File));
        Assert.Equal([0.5, 0.5, 0.5], network.Input.Mean);
        Assert.Equal("out", network.Outputs["logits"]);
        Assert.Equal(["background", "cat"], profile.Classes);
    }

    [Theory]
    [InlineData("name: m", "name: ''", "name")]
    [InlineData("file: m.onnx", "file: ../secret", "file")]
    [InlineData("file: m.onnx", "file: /etc/passwd", "file")]
    [InlineData("  height: 16", "  height: 0", "input.height")]
    [InlineData("  height: 16", "  height: tall", "line 9")]
    [InlineData("  name: image", "  nmae: image", "line 8")]
    [InlineData("task: segmentation", "task: cooking", "line 2")]
    [InlineData("mean: [0.5, 0.5, 0.5]", "mean: [0.5]", "input.mean")]
    [InlineData("mean: [0.5, 0.5, 0.5]", "std: [1, 0, 1]", "input.mean")]
    [InlineData("  height: 16", "  height: 16\n  fit: shrink", "input.fit")]
    [InlineData("classes: [background, cat]", "classes: [cat, cat]", "classes")]
    [InlineData("background_class: background", "background_class: dog", "background_class")]
    [InlineData("licence: MIT", "", "Licence")]
    [InlineData("licence: MIT", "licence: MIT\nparts: [dog]", "parts")]
    [InlineData("licence: MIT", "licence: MIT\nparts: [background]", "parts")]
    [InlineData("licence: MIT", "licence: MIT\nparts: [cat]", "parts")]
    [InlineData("licence: MIT", "licence: MIT\nmin_part_area: 2", "min_part_area")]
    [InlineData("name: m", "name: [", "line")]
    public void Read_BadProfile_NamesWhereAndWhat(string good, string bad, string named)
    {
        var error = Assert.Throws<ModelProfileException>(() => Read(Good.Replace(good, bad, StringComparison.Ordinal)));

        Assert.Contains(named, error.Message, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public void Read_EmptyOrMissing_IsATypedError()
    {
        Assert.Throws<ModelProfileException>(() => Read(""));
        Assert.Throws<ModelProfileException>(() => ProfileReader.Read(Path.Combine(_folder.FullName, "nothing.yaml")));
    }

    public void Dispose() => _folder.Delete(recursive: true);

    private ModelProfile Read(string text)
    {
        var path = Path.Combine(_folder.FullName, ProfileReader.FileName);
        File.WriteAllText(path, text);
        return ProfileReader.Read(path);
    }
}
