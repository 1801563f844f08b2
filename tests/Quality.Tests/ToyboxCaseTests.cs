using System.Text.Json.Nodes;
using VideoGrain.Quality.Toybox;

namespace VideoGrain.Quality.Tests;

public sealed class ToyboxCaseTests
{
    [Fact]
    public void Load_Case_HoldsObjectsTracksAndEdits()
    {
        var clip = Clip.Case;

        Assert.Equal((8, 128, 128, "grass"), (clip.Frames, clip.Width, clip.Height, clip.Background));
        Assert.Equal(["obj0", "obj1"], clip.Objects.Select(o => o.Mask));
        Assert.Equal("purple moon", clip.Objects[0].Attributes.ToString());
        Assert.Equal(new ObjectPlacement(37.314, 73.422, 42.863, -0.0097), clip.Objects[0].Track[0]);
        Assert.Equal(["instance", "class", "part", "background"], clip.Edits.Select(e => e.Level));
        Assert.Equal("purple moon with hat", clip.Edits[2].Targets[0].ToString());
        Assert.Equal(["obj0", "obj1"], clip.Edits[1].Regions[0].Masks);
    }

    [Theory]
    [InlineData("frames", "0", "frames")]
    [InlineData("frames", "9", "objects[0].track")]
    [InlineData("background", "\"lava\"", "background")]
    [InlineData("objects", "null", "Objects")]
    [InlineData("objects", "[]", "edits[0].targets")]
    [InlineData("objects", "[{\"shape\":\"moon\"}]", "mask")]
    [InlineData("width", "\"wide\"", "$.width")]
    public void Parse_BadField_NamesIt(string field, string value, string named)
    {
        var json = JsonNode.Parse(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "data", "clip", "case.json")))!;
        json[field] = JsonNode.Parse(value);

        var error = Assert.Throws<InvalidDataException>(() => ToyboxCase.Parse(json.ToJsonString()));

        Assert.Contains(named, error.Message, StringComparison.OrdinalIgnoreCase);
    }

    [Theory]
    [InlineData("")]
    [InlineData("{}")]
    [InlineData("null")]
    [InlineData("[1, 2")]
    public void Parse_NoCase_IsATypedError(string json)
        => Assert.Throws<InvalidDataException>(() => ToyboxCase.Parse(json));
}
