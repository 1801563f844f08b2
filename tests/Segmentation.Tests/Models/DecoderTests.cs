using VideoGrain.Media;
using VideoGrain.Segmentation.Models;
using VideoGrain.Segmentation.Regions;
using VideoGrain.Segmentation.Tests.Support;
using VideoGrain.Testing;

namespace VideoGrain.Segmentation.Tests.Models;

/// <summary>Every decoder on a graph whose outputs are constants, so that the answer is known.</summary>
public sealed class DecoderTests : IDisposable
{
    private const int Side = 32;

    private readonly TestModels _models = new();

    [Fact]
    public void Instances_BoxesWithMasks_ArePastedIntoTheFrame()
    {
        // The frame is twice as large as the input. Three instances: a full mask, one below the threshold, one whose left half is inside.
        float[] halves = [.. Enumerable.Range(0, 16).Select(i => i % 4 < 2 ? 1f : 0f)];
        _models.Install("m", Graph()
            .Constant("boxes_", [2f, 4, 10, 12, 0, 0, 32, 32, 16, 16, 24, 24], 3, 4)
            .Constant("labels_", [1L, 1, 2], 3)
            .Constant("scores_", [0.9f, 0.1f, 0.8f], 3)
            .Constant("masks_", [.. Enumerable.Repeat(1f, 32), .. halves], 3, 1, 4, 4)
            .Output("boxes", OnnxElement.Float, 3, 4)
            .Output("labels", OnnxElement.Int64, 3)
            .Output("scores", OnnxElement.Float, 3)
            .Output("masks", OnnxElement.Float, 3, 1, 4, 4)
            .Node("Identity", ["boxes_"], ["boxes"])
            .Node("Identity", ["labels_"], ["labels"])
            .Node("Identity", ["scores_"], ["scores"])
            .Node("Identity", ["masks_"], ["masks"])
            .ToArray(), Profile("instances", "boxes", "labels", "scores", "masks"));

        var found = Detect(64, 64);

        Assert.Equal(["cat", "dog"], found.Select(d => d.ClassName));
        Assert.Equal((4, 8, 20, 24), MaskGeometry.Bounds(found[0].Mask));
        Assert.Equal(16 * 16, found[0].Mask.Count);
        Assert.Equal((32, 32, 40, 48), MaskGeometry.Bounds(found[1].Mask));
    }

    [Fact]
    public void YoloSeg_OverlappingBoxes_KeepTheBestAndCutItsMask()
    {
        // Anchors: a cat, the same cat again a little worse, a dog, and nothing. Prototype 0 is inside everywhere, prototype 1 in the lower half.
        float[][] anchors =
        [
            [8, 8, 8, 8, 0.1f, 0.9f, 0.1f, 1, 0],
            [9, 8, 8, 8, 0.1f, 0.8f, 0.1f, 1, 0],
            [24, 16, 12, 32, 0, 0.1f, 0.7f, 0, 1],
            [16, 16, 32, 32, 0.2f, 0.2f, 0.2f, 1, 1],
        ];
        float[] predictions = [.. Enumerable.Range(0, 9).SelectMany(row => anchors.Select(a => a[row]))];
        float[] prototypes = [.. Enumerable.Repeat(1f, 64), .. Enumerable.Range(0, 64).Select(i => i < 32 ? -1f : 1f)];
        _models.Install("m", Graph()
            .Constant("predictions_", predictions, 1, 9, 4)
            .Constant("prototypes_", prototypes, 1, 2, 8, 8)
            .Output("predictions", OnnxElement.Float, 1, 9, 4)
            .Output("prototypes", OnnxElement.Float, 1, 2, 8, 8)
            .Node("Identity", ["predictions_"], ["predictions"])
            .Node("Identity", ["prototypes_"], ["prototypes"])
            .ToArray(), Profile("yolo_seg", "predictions", "prototypes"));

        var found = Detect(Side, Side);

        Assert.Equal(["cat", "dog"], found.Select(d => d.ClassName));
        Assert.Equal((4, 4, 12, 12), MaskGeometry.Bounds(found[0].Mask));
        Assert.Equal((18, 16, 30, 32), MaskGeometry.Bounds(found[1].Mask));
    }

    [Fact]
    public void YoloSeg_Letterbox_MapsBackToTheFrame()
    {
        // A wide frame fills the upper half of the square input; the object stands in its right half.
        _models.Install("m", Graph()
            .Constant("predictions_", [24, 8, 16, 16, 0, 0.9f, 0, 1], 1, 8, 1)
            .Constant("prototypes_", [.. Enumerable.Repeat(1f, 64)], 1, 1, 8, 8)
            .Output("predictions", OnnxElement.Float, 1, 8, 1)
            .Output("prototypes", OnnxElement.Float, 1, 1, 8, 8)
            .Node("Identity", ["predictions_"], ["predictions"])
            .Node("Identity", ["prototypes_"], ["prototypes"])
            .ToArray(), Profile("yolo_seg", "predictions", "prototypes").Replace("height: 32", "height: 32\n  fit: letterbox", StringComparison.Ordinal));

        var found = Assert.Single(Detect(width: 128, height: 64));

        Assert.Equal((64, 0, 128, 64), MaskGeometry.Bounds(found.Mask));
    }

    [Fact]
    public void QueryMasks_NoObjectAndBackground_AreLeftOut()
    {
        float[] logits = [0, 9, 0, 0, 0, 0, 0, 9, 9, 0, 0, 0, 0, 0, 2, 0];
        float[] masks = [.. Enumerable.Range(0, 4).SelectMany(q => Enumerable.Range(0, 16).Select(i => i / 4 < q + 1 ? 3f : -3f))];
        _models.Install("m", Graph()
            .Constant("class_", logits, 1, 4, 4)
            .Constant("mask_", masks, 1, 4, 4, 4)
            .Output("class_logits", OnnxElement.Float, 1, 4, 4)
            .Output("mask_logits", OnnxElement.Float, 1, 4, 4, 4)
            .Node("Identity", ["class_"], ["class_logits"])
            .Node("Identity", ["mask_"], ["mask_logits"])
            .ToArray(), Profile("query_masks", "class_logits", "mask_logits"));

        var found = Detect(Side, Side);

        Assert.Equal(["cat", "dog"], found.Select(d => d.ClassName));
        Assert.InRange(found[0].Score, 0.99, 1);
        Assert.Equal((0, 0, Side, 8), MaskGeometry.Bounds(found[0].Mask));
        Assert.Equal((0, 0, Side, 32), MaskGeometry.Bounds(found[1].Mask));
    }

    [Theory]
    [InlineData(16, 16, 1)]
    [InlineData(52, 16, 5)]
    [InlineData(16, 40, 4)]
    [InlineData(104, 32, 5)]
    [InlineData(4000, 16, 8)]
    public void Windows_FrameOfAnotherAspectRatio_IsCoveredByWindowsOfTheNetworksSize(int width, int height, int count)
    {
        var windows = FrameWindows.Of(new Frame(width, height, Colour.Black), new InputProfile { Name = "image", Width = 16, Height = 16, Fit = InputFits.Windows });

        Assert.Equal(count, windows.Places.Count);
        Assert.All(Enumerable.Range(0, windows.Width), x => Assert.Contains(windows.Places, p => x >= p.Left && x < p.Left + 16));
        Assert.All(Enumerable.Range(0, windows.Height), y => Assert.Contains(windows.Places, p => y >= p.Top && y < p.Top + 16));
        Assert.All(windows.Places, p => Assert.True(p.Left >= 0 && p.Top >= 0 && p.Left + 16 <= windows.Width && p.Top + 16 <= windows.Height));
    }

    [Theory]
    [InlineData(48, 16)]
    [InlineData(16, 48)]
    public void Windows_ObjectsAcrossTheirBorders_AreWhole(int width, int height)
    {
        // A network of 16 x 16 pixels that knows colours: a bar runs through all windows, a square lies in the last.
        _models.Install("m", ToyModels.Colours(), ToyModels.ColoursProfile("m").Replace("  width: 16", "  width: 16\n  fit: windows", StringComparison.Ordinal));
        var frame = new Frame(width, height, new Colour(255, 0, 0));
        var upright = height > width;
        void Paint(int from, int to, int top, int bottom, Colour colour)
        {
            for (var along = from; along < to; along++)
            {
                for (var across = top; across < bottom; across++)
                    frame[upright ? across : along, upright ? along : across] = colour;
            }
        }

        Paint(3, 45, 2, 6, new Colour(0, 255, 0));
        Paint(38, 44, 9, 15, new Colour(0, 0, 255));

        using var detector = _models.Detector();
        var found = detector.Model.Detect(frame, new MaskCleanUp(0, 0), TestContext.Current.CancellationToken);

        var (bar, square) = (found.Single(d => d.ClassName == "green").Mask, found.Single(d => d.ClassName == "blue").Mask);
        Assert.Equal(42 * 4, bar.Count);
        Assert.Equal(upright ? (2, 3, 6, 45) : (3, 2, 45, 6), MaskGeometry.Bounds(bar));
        Assert.Equal(36, square.Count);
    }

    [Fact]
    public void Windows_ForBoxes_AreRefused()
    {
        var boxes = Graph().Constant("c", [1f], 1).Output("predictions", OnnxElement.Float, 1).Output("prototypes", OnnxElement.Float, 1)
            .Node("Identity", ["c"], ["predictions"]).Node("Identity", ["c"], ["prototypes"]);
        _models.Install("m", boxes.ToArray(), Profile("yolo_seg", "predictions", "prototypes").Replace("  width: 32", "  width: 32\n  fit: windows", StringComparison.Ordinal));

        Assert.Contains("input.fit: yolo_seg", Assert.Throws<ModelProfileException>(() => Detect(Side, Side)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("instances", "boxes,labels,scores,masks")]
    [InlineData("yolo_seg", "predictions,prototypes")]
    [InlineData("query_masks", "class_logits,mask_logits")]
    public void Decoder_OutputsOfAnotherShape_AreNamed(string decoder, string roles)
    {
        var graph = Graph().Constant("c", [1f, 2, 3, 4], 1, 2, 2);
        foreach (var role in roles.Split(','))
            graph.Output(role, OnnxElement.Float, 1, 2, 2).Node("Identity", ["c"], [role]);
        _models.Install("m", graph.ToArray(), Profile(decoder, roles.Split(',')));

        var error = Assert.Throws<ModelProfileException>(() => Detect(Side, Side));

        Assert.Contains("has shape [1, 2, 2]", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Decoder_WithoutAnOutputItNeeds_NamesTheRole()
    {
        _models.Install("m", Graph().Constant("c", [1f], 1).Output("predictions", OnnxElement.Float, 1).Node("Identity", ["c"], ["predictions"]).ToArray(),
            Profile("yolo_seg", "predictions"));

        Assert.Contains("outputs.prototypes", Assert.Throws<ModelProfileException>(() => Detect(Side, Side)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Depth_Ramp_IsStretchedFromBlackToWhite()
    {
        float[] ramp = [.. Enumerable.Range(0, 64).Select(i => 3 + (i % 8 * 0.5f))];
        _models.Install("m", Graph()
            .Constant("d", ramp, 1, 8, 8)
            .Output("depth", OnnxElement.Float, 1, 8, 8)
            .Node("Identity", ["d"], ["depth"])
            .ToArray(), Profile("depth", "depth").Replace("task: segmentation", "task: control", StringComparison.Ordinal));

        using var depth = _models.Take(Decoders.Depth);
        var map = depth.Model.Draw(new Frame(16, 16, Colour.White), TestContext.Current.CancellationToken);

        Assert.Equal((Colour.Black, Colour.White), (map[0, 5], map[15, 9]));
        Assert.True(map[5, 5].Red < map[10, 5].Red);
    }

    public void Dispose() => _models.Dispose();

    private IReadOnlyList<Detection> Detect(int width, int height)
    {
        using var detector = _models.Detector();
        return detector.Model.Detect(new Frame(width, height, Colour.Black), new MaskCleanUp(0, 0.005), TestContext.Current.CancellationToken);
    }

    private static OnnxModelWriter Graph() => new OnnxModelWriter().Input("image", OnnxElement.Float, 1, 3, Side, Side);

    private static string Profile(string decoder, params string[] outputs) => $"""
        name: m
        task: segmentation
        decoder: {decoder}
        file: model.onnx
        licence: MIT
        source: here
        input:
          name: image
          width: 32
          height: 32
        outputs:
        {string.Join("\n", outputs.Select(o => $"  {o}: {o}"))}
        classes: [background, cat, dog]
        background_class: background
        clean_up_radius: 0
        """;
}
