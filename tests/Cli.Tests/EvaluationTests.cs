using System.Text.Json;
using VideoGrain.Cli.Evaluation;

namespace VideoGrain.Cli.Tests;

/// <summary>The quality table: few frames and steps, so the numbers mean nothing; what is computed, kept and refused does.</summary>
public sealed class EvaluationTests : IDisposable
{
    private static readonly string Repository = Path.GetFullPath(Path.Combine(Samples.Folder, ".."));

    private readonly string _folder = Directory.CreateTempSubdirectory("videograin-evaluation-").FullName;
    private readonly StringWriter _output = new(), _error = new();

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Evaluate_Clips_WritesTheTableAndTheNumbersBehindIt()
    {
        int code = await EvaluateAsync("--variants", "source", "baseline", "cross", "full-edges");

        Assert.True(code == ExitCodes.Success, _error.ToString());
        using JsonDocument quality = JsonDocument.Parse(File.ReadAllText(Path.Combine(_folder, "quality.json")));
        JsonElement[] cells = [.. quality.RootElement.GetProperty("cells").EnumerateArray()];
        Assert.Equal(["source", "baseline", "cross"], cells.Select(c => c.GetProperty("variant").GetString()).Take(3));
        JsonElement source = cells[0];
        Assert.Equal(100, source.GetProperty("background_psnr").GetDouble());
        Assert.Equal(0, source.GetProperty("all").GetDouble());
        Assert.Equal(1, source.GetProperty("background").GetDouble());
        Assert.NotEqual(source.GetProperty("clip_text").GetDouble(), cells[1].GetProperty("clip_text").GetDouble());
        string table = File.ReadAllText(Path.Combine(_folder, "quality.md"));
        Assert.Contains("| + cross | 0.", table, StringComparison.Ordinal);
        Assert.Contains("Left out: full + ControlNet (edges), since ", table, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Evaluate_Again_ComputesOnlyWhatIsNew()
    {
        await EvaluateAsync("--variants", "baseline");
        Assert.Contains("wall.instance.baseline: ", _error.ToString(), StringComparison.Ordinal);

        _error.GetStringBuilder().Clear();
        await EvaluateAsync("--variants", "baseline", "cross");
        Assert.DoesNotContain("baseline", _error.ToString(), StringComparison.Ordinal);
        Assert.Contains("wall.instance.cross: ", _error.ToString(), StringComparison.Ordinal);

        _error.GetStringBuilder().Clear();
        await EvaluateAsync("--variants", "baseline", "--guidance", "2");
        Assert.Contains("wall.instance.baseline: ", _error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Evaluate_WithAControlNet_GivesItToEveryVariant()
    {
        string clip = WallWithEdges();

        int code = await EvaluateAsync("--clips", clip, "--variants", "baseline", "full", "full-edges", "--control", "canny");

        Assert.True(code == ExitCodes.Success, _error.ToString());
        Assert.Contains("Every variant with the ControlNet 'canny' at 0.5.", File.ReadAllText(Path.Combine(_folder, "quality.md")), StringComparison.Ordinal);
        byte[] Edited(string variant) => File.ReadAllBytes(Path.Combine(_folder, "edits", $"wall.instance.{variant}", "0000.png"));
        Assert.Equal(Edited("full-edges"), Edited("full"));
        byte[] baseline = Edited("baseline");

        Assert.Equal(ExitCodes.Success, await EvaluateAsync("--clips", clip, "--variants", "baseline"));
        Assert.NotEqual(Edited("baseline"), baseline);
    }

    [Fact]
    public async Task Evaluate_WithAControlNetThatTheModelLacks_NamesThoseItHas()
    {
        int code = await EvaluateAsync("--variants", "baseline", "--control", "pose");

        Assert.Equal(ExitCodes.Usage, code);
        Assert.Contains("no ControlNet 'pose'; it has canny", _error.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Give either VIDEO", "evaluate")]
    [InlineData("Give either VIDEO", "evaluate --clips x --segmentation x")]
    [InlineData("holds no clip", "evaluate --segmentation absent")]
    [InlineData("VIDEO needs --sample and --level", "evaluate result.mp4")]
    [InlineData("--frames must be 0, or 2 to", "evaluate --clips x --frames 1")]
    [InlineData("--steps must be 1 to", "evaluate --clips x --steps 0")]
    [InlineData("'--steps' expects a single argument", "evaluate --clips x --steps 2 --steps 3")]
    [InlineData("--grow must be 0 to", "evaluate --clips x --grow 1000")]
    [InlineData("--clip-length: must be", "evaluate --clips x --clip-length -1")]
    [InlineData("window_overlap + anchor_frames must stay below clip_length (4)", "evaluate --clips x --clip-length 4 --anchor-frames 2 --window-overlap 2")]
    [InlineData("--levels: 'sideways' is none of", "evaluate --clips x --levels sideways")]
    [InlineData("--variants: 'best' is none of", "evaluate --clips x --variants best")]
    [InlineData("holds no clip", "evaluate --clips absent")]
    public async Task Evaluate_WrongArguments_NameTheLimit(string expected, string arguments)
    {
        int code = await App().RunAsync([.. arguments.Split(' '), "--out", _folder], TestContext.Current.CancellationToken);

        Assert.Equal(ExitCodes.Usage, code);
        Assert.Contains(expected, _error.ToString(), StringComparison.Ordinal);
        Assert.False(File.Exists(Path.Combine(_folder, "quality.json")));
    }

    [Fact]
    public async Task Evaluate_WithoutAClipModel_SaysWhichFileIsMissing()
    {
        string absent = Path.Combine(_folder, "absent");

        int code = await EvaluateAsync("--variants", "source", "--clip-model", absent);

        Assert.Equal(ExitCodes.Environment, code);
        Assert.Contains(Path.Combine(absent, "config.json"), _error.ToString(), StringComparison.Ordinal);
        Assert.False(File.Exists(Path.Combine(_folder, "quality.json")));
    }

    [Fact]
    public async Task Evaluate_ClipWithoutItsMasks_SaysWhichAreMissing()
    {
        string clip = Directory.CreateDirectory(Path.Combine(_folder, "clips", "bare")).FullName;
        foreach (string file in new[] { "case.json", "clip.mp4" })
            File.Copy(Path.Combine(Samples.Folder, "wall", file), Path.Combine(clip, file));

        int code = await EvaluateAsync("--variants", "source", "--clips", Path.Combine(_folder, "clips"));

        Assert.Equal(ExitCodes.Usage, code);
        Assert.Contains("bare: masks/background holds no pictures", _error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Estimate_OfEqualValues_HasNoWidth()
        => Assert.Equal(new Estimate(0.25, 0.25, 0.25, 3), Estimate.Of([0.25, 0.25, 0.25]));

    [Fact]
    public void Estimate_OfNothing_IsNothing() => Assert.Null(Estimate.Of([]));

    [Fact]
    public void Estimate_OfSpreadValues_CoversTheMeanAsTheNormalLawWould()
    {
        double[] values = [.. Enumerable.Range(0, 100).Select(i => i / 99.0)];

        Estimate estimate = Estimate.Of(values)!;

        // Deviation of the mean of 100 values spread evenly over 0..1: sqrt(1/12) / 10 = 0.029.
        Assert.Equal(0.5, estimate.Mean, 9);
        Assert.InRange(estimate.High - estimate.Low, 2 * 1.96 * 0.029 * 0.85, 2 * 1.96 * 0.029 * 1.15);
        Assert.Equal(estimate, Estimate.Of(values));
    }

    [Fact]
    public void Differences_ArePairedClipByClip()
    {
        // Clips differ far more among themselves than the variants do on one clip.
        CellScore[] cells = [.. Enumerable.Range(0, 8).SelectMany(i => new[] { Cell(i, "baseline", 0.1 * i), Cell(i, "cross", (0.1 * i) + 0.05) }), Cell(8, "cross", 1)];

        QualityRow row = Assert.Single(QualityTable.Differences(cells));

        Estimate difference = row.Values["all_right"]!;
        Assert.Equal(("instance", "cross", "baseline", 8), (row.Level, row.Variant, row.ComparedWith, difference.Count));
        Assert.Equal(0.05, difference.Mean, 9);
        Assert.True(difference.ExcludesZero);
    }

    [Fact]
    public async Task Evaluate_ClipLongerThanAPass_TellsHowItsSeamsCompare()
    {
        int code = await EvaluateAsync("--variants", "source", "baseline", "--frames", "8", "--clip-length", "5", "--window-overlap", "2");

        Assert.True(code == ExitCodes.Success, _error.ToString());
        using JsonDocument quality = JsonDocument.Parse(File.ReadAllText(Path.Combine(_folder, "quality.json")));
        JsonElement[] cells = [.. quality.RootElement.GetProperty("cells").EnumerateArray()];
        Assert.All(cells, cell => Assert.InRange(cell.GetProperty("seams").GetProperty("count").GetInt32(), 1, 6));
        // The source has no seams; its pairs differ by their content alone.
        Assert.InRange(cells[0].GetProperty("seams").GetProperty("ratio").GetDouble(), 0.5, 2);
        Assert.Contains("| wall | instance | baseline: local phrases, no modulation | ", File.ReadAllText(Path.Combine(_folder, "quality.md")), StringComparison.Ordinal);
    }

    /// <summary>The bundled clip with its objects' masks in the place of edge maps.</summary>
    private string WallWithEdges()
    {
        string from = Path.Combine(Samples.Folder, "wall"), to = Path.Combine(_folder, "clips", "wall");
        foreach (string file in Directory.EnumerateFiles(from, "*", SearchOption.AllDirectories))
        {
            string copy = Path.Combine(to, Path.GetRelativePath(from, file));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(file, copy);
        }

        string maps = Directory.CreateDirectory(Path.Combine(to, "control", "canny")).FullName;
        foreach (string mask in Directory.EnumerateFiles(Path.Combine(to, "masks", "obj0")))
            File.Copy(mask, Path.Combine(maps, Path.GetFileName(mask)));
        return to;
    }

    private static CellScore Cell(int clip, string variant, double all) => new($"clip{clip}", "instance", variant, all, all, all, all, 1, 30, 99, 20, 1, 20);

    private App App() => new(_output, _error, interactive: false, TimeProvider.System);

    // One clip, two frames unless more says otherwise, two steps.
    private Task<int> EvaluateAsync(params string[] more)
    {
        List<string> arguments =
        [
            "evaluate", "--out", _folder, "--models", Path.Combine(Repository, "models"), "--levels", "instance", "--steps", "2",
            .. more,
        ];
        if (!more.Contains("--frames"))
            arguments.AddRange(["--frames", "2"]);
        if (!more.Contains("--clip-model"))
            arguments.AddRange(["--clip-model", Path.Combine(Repository, "tests", "Quality.Tests", "data", "clip-model")]);
        if (!more.Contains("--clips"))
            arguments.AddRange(["--clips", Path.Combine(Samples.Folder, "wall")]);
        return App().RunAsync([.. arguments], TestContext.Current.CancellationToken);
    }
}
