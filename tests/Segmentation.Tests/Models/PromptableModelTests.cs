using VideoGrain.Media;
using VideoGrain.Segmentation.Models;
using VideoGrain.Segmentation.Regions;
using VideoGrain.Segmentation.Tests.Support;
using VideoGrain.Testing;

namespace VideoGrain.Segmentation.Tests.Models;

/// <summary>The promptable decoder on a magic wand, so that every answer is known.</summary>
public sealed class PromptableModelTests : IDisposable
{
    private readonly TestModels _models = new();
    private readonly CancellationToken _cancellation = TestContext.Current.CancellationToken;

    [Fact]
    public void AtPoint_OfAPatch_IsThePatchAndThenEverything()
    {
        Install();
        using var wand = _models.Take(Decoders.Promptable);
        var frame = Patches();

        var answers = wand.Model.AtPoint(wand.Model.Encode(frame, _cancellation), 40, 20, _cancellation);

        Assert.Equal([0.9, 0.3], answers.Select(a => Math.Round(a.Score, 3)));
        Assert.Equal((32, 16, 48, 32), MaskGeometry.Bounds(answers[0].Mask));
        Assert.Equal(64 * 64, answers[1].Mask.Count);
    }

    [Fact]
    public void InBox_AroundAPatch_IsThePatch()
    {
        Install();
        using var wand = _models.Take(Decoders.Promptable);

        var answers = wand.Model.InBox(wand.Model.Encode(Patches(), _cancellation), new FrameBox(4, 40, 20, 56), _cancellation);

        Assert.Equal((8, 44, 16, 52), MaskGeometry.Bounds(answers[0].Mask));
    }

    [Fact]
    public void AtPoint_Letterbox_MapsThereAndBack()
    {
        Install(profile => profile.Replace("width: 32}", "width: 32, fit: letterbox}", StringComparison.Ordinal));
        using var wand = _models.Take(Decoders.Promptable);
        var wide = new Frame(128, 64, Colour.Black);
        Fill(wide, 64, 16, 32, new Colour(0, 255, 0));

        var answers = wand.Model.AtPoint(wand.Model.Encode(wide, _cancellation), 80, 32, _cancellation);

        Assert.Equal((64, 16, 96, 48), MaskGeometry.Bounds(answers[0].Mask));
    }

    [Fact]
    public void AtPoint_ModelThatTakesTheFramesSize_AnswersInIt()
    {
        // Its quality is the number of rows it was told, in thousands.
        _models.Install("sized", ToyModels.WandProfile
                .Replace("      high_res_feats_0: high_res_feats_0\n", "      orig_im_size: orig_im_size\n", StringComparison.Ordinal)
                .Replace("      mask_input: mask_input\n      has_mask_input: has_mask_input\n", "", StringComparison.Ordinal)
                .Replace("score_threshold: 0.5", "score_threshold: 0", StringComparison.Ordinal),
            ("encoder.onnx", ToyModels.WandEncoder()),
            ("decoder.onnx", new OnnxModelWriter()
                .Input("image_embed", OnnxElement.Float, 1, 3, 32, 32)
                .Input("point_coords", OnnxElement.Float, 1, "n", 2)
                .Input("point_labels", OnnxElement.Float, 1, "n")
                .Input("orig_im_size", OnnxElement.Int32, 2)
                .Output("masks", OnnxElement.Float, 1, 1, 64, 64)
                .Output("iou_predictions", OnnxElement.Float, 1, 1)
                .Constant("m", [.. Enumerable.Repeat(1f, 64 * 64)], 1, 1, 64, 64)
                .Constant("thousand", [1000f]).Constant("zero", [0L], 1).Constant("shape", [1L, 1], 2)
                .Node("Identity", ["m"], ["masks"])
                .Node("Cast", ["orig_im_size"], ["size"], ("to", (long)OnnxElement.Float))
                .Node("Gather", ["size", "zero"], ["rows"])
                .Node("Div", ["rows", "thousand"], ["q"])
                .Node("Reshape", ["q", "shape"], ["iou_predictions"])
                .ToArray()));
        using var model = _models.Take(Decoders.Promptable);

        var answer = Assert.Single(model.Model.AtPoint(model.Model.Encode(new Frame(96, 48, Colour.Black), _cancellation), 3, 3, _cancellation));

        Assert.Equal(0.048, answer.Score, tolerance: 1e-6);
        Assert.Equal(96 * 48, answer.Mask.Count);
    }

    [Theory]
    [InlineData("outputs: {masks: masks, iou_predictions: iou_predictions}", "outputs: {masks: masks}", "networks.mask_decoder.outputs.iou_predictions")]
    [InlineData("      point_labels: point_labels\n", "", "networks.mask_decoder.inputs.point_labels")]
    [InlineData("      mask_input: mask_input\n", "", "needs input 'mask_input'")]
    [InlineData("image_embed: image_embed, high_res_feats_0: high_res_feats_0}", "image_embed: image_embed}", "networks.encoder.outputs.high_res_feats_0")]
    [InlineData("image_embed: image_embed, ", "", "networks.encoder.outputs.image_embed")]
    [InlineData("point_coords: point_coords", "point_coords: coords", "'coords' for inputs.point_coords")]
    [InlineData("mask_decoder:", "decoder:", "networks.mask_decoder")]
    [InlineData("task: segmentation", "task: flow", "promptable is for task segmentation")]
    public void Take_ModelUnlikeItsProfile_NamesWhatIsMissing(string good, string bad, string named)
    {
        Install(profile => profile.Replace(good, bad, StringComparison.Ordinal));

        var error = Assert.Throws<ModelProfileException>(() => _models.Take(Decoders.Promptable));

        Assert.Contains(named, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Track_PromptInTheMiddle_FollowsTheObjectBothWays()
    {
        Install();
        using var wand = _models.Take(Decoders.Promptable);
        var queries = new PromptQuery[] { new(0, "f", 4, (m, e, c) => m.AtPoint(e, 8 + (4 * 4) + 6, 26, c)) };

        // In frame 6 the object is not to be seen: the gap is bridged.
        var track = Follow(wand.Model, queries, 10, f => f == 6 ? null : (8 + (4 * f), 20));

        Assert.Equal((0, 9, 9), (track.FirstFrame, track.LastFound, track.FoundCount));
        for (var f = 0; f < 10; f++)
            Assert.Equal(8 + (4 * f), MaskGeometry.Bounds(track[f]!)!.Value.Left, tolerance: f == 6 ? 6 : 1);
    }

    [Fact]
    public void Track_ObjectThatComesAndGoes_HasAMaskOnlyWhereItIs()
    {
        Install();
        using var wand = _models.Take(Decoders.Promptable);
        var queries = new PromptQuery[] { new(0, "f", 6, (m, e, c) => m.InBox(e, new FrameBox(20, 16, 38, 36), c)) };

        var track = Follow(wand.Model, queries, 16, f => f is >= 5 and <= 8 ? (22, 20) : null);

        Assert.Equal((5, 8), (track.FirstFrame, track.LastFound));
        Assert.All(Enumerable.Range(0, 16), f => Assert.Equal(f is >= 5 and <= 8, track[f] != null));
    }

    public void Dispose() => _models.Dispose();

    private Track Follow(PromptableModel model, PromptQuery[] queries, int frames, Func<int, (int Left, int Top)?> place)
    {
        var tracker = new PromptTracker(model, queries, new MaskCleanUp(0, 0.001));
        Frame? before = null;
        for (var f = 0; f < frames; f++)
        {
            var frame = new Frame(64, 64, new Colour(40, 40, 40));
            if (place(f) is var (left, top))
                Fill(frame, left, top, 14, new Colour(250, 220, 30));
            tracker.Add(frame, before == null ? null : new(ClipFlow.Estimate(before, frame, _cancellation)), _cancellation);
            before = frame;
        }

        return tracker.Complete().Single().Track;
    }

    private void Install(Func<string, string>? change = null) => _models.Install(
        "wand", change?.Invoke(ToyModels.WandProfile) ?? ToyModels.WandProfile, ("encoder.onnx", ToyModels.WandEncoder()), ("decoder.onnx", ToyModels.WandDecoder()));

    // A green patch at (32, 16) of 16 pixels, and a blue one at (8, 44) of 8.
    private static Frame Patches()
    {
        var frame = new Frame(64, 64, Colour.Black);
        Fill(frame, 32, 16, 16, new Colour(0, 255, 0));
        Fill(frame, 8, 44, 8, new Colour(0, 0, 255));
        return frame;
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
