using System.Text.Json;
using VideoGrain.Media;
using VideoGrain.Media.Ffmpeg;

namespace VideoGrain.Cli.Tests;

/// <summary>Regions by queries: as masks and an overlay, scored against the truth, and in an edit.</summary>
public sealed class SegmentationTests : IDisposable
{
    // One object may lie below the mean that the evaluation asks for; another object, or two in one, would lie far below this.
    private const double LeastOverlap = 0.8;

    private static readonly string Models = Path.GetFullPath(Path.Combine(Samples.Folder, "..", "models"));

    private readonly string _folder = Directory.CreateTempSubdirectory("videograin-segment-").FullName;
    private readonly StringWriter _output = new(), _error = new();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private static string Wall => Path.Combine(Samples.Folder, "wall");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Segment_Queries_WritesMasksOfTheObjectsAndAnOverlay()
    {
        int code = await RunAsync("segment", Path.Combine(Wall, "clip.mp4"), "--query", "left=class:cross", "-q", "the black triangle", "-q", "background", "--out", _folder);

        Assert.True(code == ExitCodes.Success, _error.ToString());
        Assert.InRange(await OverlapAsync("left", "obj0"), LeastOverlap, 1);
        Assert.InRange(await OverlapAsync("region2", "obj1"), LeastOverlap, 1);
        Assert.InRange(await OverlapAsync("region3", "background"), LeastOverlap, 1);
        VideoFrames overlay = await new VideoDecoder().DecodeAsync(Path.Combine(_folder, "overlay.mp4"), Stop);
        Assert.Equal((16, 128, 128), (overlay.Count, overlay.Width, overlay.Height));
        Assert.Contains("(cross) in frames 0 to 15", _output.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Segment_ClassThatTheModelLacks_IsRefusedWithTheClassesItKnows()
    {
        int code = await RunAsync("segment", Path.Combine(Wall, "clip.mp4"), "--query", "class:bear", "--out", _folder);

        Assert.Equal(ExitCodes.Refused, code);
        Assert.Contains("no class 'bear'; it knows circle", _error.ToString(), StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFileSystemEntries(_folder));
    }

    [Theory]
    [InlineData("instance:cross")]
    [InlineData("class:")]
    [InlineData("point:1,2,3")]
    [InlineData("point:1,2@x")]
    [InlineData("box:1,2,3")]
    [InlineData("a=")]
    public async Task Segment_MalformedQuery_NamesTheForms(string query)
    {
        Assert.Equal(ExitCodes.Usage, await RunAsync("segment", "clip.mp4", "--query", query));
        Assert.Contains("is none of class:NAME, ", _error.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("two regions are called 'a'", "--query", "a=x", "--query", "a=y")]
    [InlineData("--clean-up-radius lies between", "--query", "x", "--clean-up-radius", "33")]
    [InlineData("--min-area must be 0 to 1", "--query", "x", "--min-area", "1.5")]
    public async Task Segment_WrongArguments_NameTheLimit(string expected, params string[] arguments)
    {
        Assert.Equal(ExitCodes.Usage, await RunAsync(["segment", "clip.mp4", .. arguments]));
        Assert.Contains(expected, _error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Evaluate_SegmentationOfAllBundledClips_ReachesItsNumbers()
    {
        // The long clip goes on as it begins.
        int code = await RunAsync("evaluate", "--segmentation", Samples.Folder, "--frames", "16", "--models", Models, "--json");

        Assert.True(code == ExitCodes.Success, _error.ToString());
        using JsonDocument all = JsonDocument.Parse(_output.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries)[^1]);
        Assert.Equal("all", all.RootElement.GetProperty("clip").GetString());
        Assert.InRange(all.RootElement.GetProperty("mean_overlap").GetDouble(), 0.9, 1);
        Assert.Equal(0, all.RootElement.GetProperty("switches").GetInt32());
        Assert.InRange(all.RootElement.GetProperty("flow_error").GetDouble(), 0, 1);
    }

    [Fact]
    public async Task Edit_RegionsAsQueries_EndsWithTheEditedClip()
    {
        string specification = Path.Combine(_folder, "edit.yaml");
        File.Copy(Path.Combine(Wall, "clip.mp4"), Path.Combine(_folder, "clip.mp4"));
        await File.WriteAllTextAsync(
            specification,
            """
            clip: clip.mp4
            source_prompt: a yellow cross and a black triangle in front of a brick wall
            prompt: a red circle and a yellow square in front of a brick wall
            regions:
              - phrase: a red circle
                instance: {class: cross, index: 0}
              - phrase: a yellow square
                query: the black triangle
            options: {steps: 2}
            seed: 7
            """,
            Stop);

        int code = await RunAsync("edit", specification, "--models", Models, "--out", Path.Combine(_folder, "out"));

        Assert.True(code == ExitCodes.Success, _error.ToString());
        VideoFrames source = await new VideoDecoder().DecodeAsync(Path.Combine(Wall, "clip.mp4"), Stop);
        VideoFrames edited = await new VideoDecoder().DecodeAsync(Assert.Single(Directory.EnumerateFiles(Path.Combine(_folder, "out"), "*.mp4")), Stop);
        Assert.Equal((source.Count, source.Width, source.Height), (edited.Count, edited.Width, edited.Height));
        Assert.NotEqual(source[0].Rgb, edited[0].Rgb);
    }

    private Task<int> RunAsync(params string[] arguments) => new App(_output, _error, interactive: false, TimeProvider.System)
        .RunAsync([.. arguments, .. arguments[0] == "segment" ? new[] { "--models", Models } : []], Stop);

    // The mean over the frames of intersection over union.
    private async Task<double> OverlapAsync(string region, string truth)
    {
        MaskSequence found = await new MaskReader().ReadAsync(Path.Combine(_folder, "masks", region), cancellation: Stop);
        MaskSequence wanted = await new MaskReader().ReadAsync(Path.Combine(Wall, "masks", truth), cancellation: Stop);
        return found.Zip(wanted, (a, b) => a.Set.Zip(b.Set).Count(p => (p.First & p.Second) != 0) / (double)a.Union(b).Count).Average();
    }
}
