using VideoGrain.Testing;

namespace VideoGrain.Segmentation.Tests.Support;

/// <summary>Small models whose answers are plain to see.</summary>
internal static class ToyModels
{
    public const int Side = 32;

    /// <summary>Red, green and blue pixels are the three classes; 16 x 16, or another size.</summary>
    public static byte[] Colours(int side = 16) => new OnnxModelWriter()
        .Input("image", OnnxElement.Float, 1, 3, side, side)
        .Output("logits", OnnxElement.Float, 1, 3, side, side)
        .Constant("gain", [20f])
        .Node("Mul", ["image", "gain"], ["logits"])
        .ToArray();

    public static string ColoursProfile(string name, int side = 16, string classes = "[red, green, blue]") => $"""
        name: {name}
        task: segmentation
        decoder: semantic_logits
        file: model.onnx
        licence: MIT
        source: here
        input:
          name: image
          height: {side}
          width: {side}
        outputs:
          logits: logits
        classes: {classes}
        background_class: {classes.Trim('[', ']').Split(',')[0]}
        """;

    /// <summary>
    /// The colour model, except that a picture which is not black first has it multiply matrices for hours: so that a run which was not
    /// stopped would show.
    /// </summary>
    public static byte[] Endless()
    {
        const int Size = 128;
        var body = new OnnxModelWriter("body")
            .Input("i", OnnxElement.Int64).Input("more", OnnxElement.Bool).Input("v", OnnxElement.Float, Size, Size)
            .Output("more_", OnnxElement.Bool).Output("v_", OnnxElement.Float, Size, Size)
            .Node("Identity", ["more"], ["more_"])
            .Node("MatMul", ["v", "v"], ["v_"]);
        return new OnnxModelWriter()
            .Input("image", OnnxElement.Float, 1, 3, 16, 16)
            .Output("logits", OnnxElement.Float, 1, 3, 16, 16)
            .Constant("many", [1e9f])
            .Constant("zeros", new float[Size * Size], Size, Size)
            .Node("ReduceMean", ["image"], ["brightness"], ("keepdims", 0L))
            .Node("Mul", ["brightness", "many"], ["times"])
            .Node("Cast", ["times"], ["trips"], ("to", (long)OnnxElement.Int64))
            .Node("Loop", ["trips", "", "zeros"], ["products"], ("body", body))
            .Node("ReduceMean", ["products"], ["nothing"], ("keepdims", 0L))
            .Node("Add", ["image", "nothing"], ["logits"])
            .ToArray();
    }

    /// <summary>Features of the wand: the picture itself.</summary>
    public static byte[] WandEncoder() => new OnnxModelWriter()
        .Input("image", OnnxElement.Float, 1, 3, Side, Side)
        .Output("image_embed", OnnxElement.Float, 1, 3, Side, Side)
        .Output("high_res_feats_0", OnnxElement.Float, 1, 1, Side, Side)
        .Node("Identity", ["image"], ["image_embed"])
        .Node("ReduceMax", ["image"], ["high_res_feats_0"], ("axes", new[] { 1L }), ("keepdims", 1L))
        .ToArray();

    /// <summary>
    /// A magic wand in the shape of SAM 2's mask decoder: first answer, the pixels that have the colour under the point or in the middle of
    /// the box (quality 0.9); second answer, everything (quality 0.3). The other inputs must be there but change nothing.
    /// </summary>
    public static byte[] WandDecoder() => new OnnxModelWriter(opset: 13)
        .Input("image_embed", OnnxElement.Float, 1, 3, Side, Side)
        .Input("high_res_feats_0", OnnxElement.Float, 1, 1, Side, Side)
        .Input("point_coords", OnnxElement.Float, 1, "points", 2)
        .Input("point_labels", OnnxElement.Float, 1, "points")
        .Input("mask_input", OnnxElement.Float, 1, 1, 8, 8)
        .Input("has_mask_input", OnnxElement.Float, 1)
        .Output("masks", OnnxElement.Float, 1, 2, Side, Side)
        .Output("iou_predictions", OnnxElement.Float, 1, 2)
        .Constant("padding", [-0.5f]).Constant("near", [0.5f]).Constant("half", [0.5f])
        .Constant("quality", [0.9f, 0.3f], 1, 2)
        .Constant("column_shape", [1L, -1, 1], 3).Constant("pixel_shape", [1L, 2], 2).Constant("colour_shape", [1L, 3, 1, 1], 4)
        .Constant("axis1", [1L], 1).Constant("first", [0L], 1).Constant("yx", [1L, 0], 2)
        .Node("Greater", ["point_labels", "padding"], ["is_point"])
        .Node("Cast", ["is_point"], ["weight"], ("to", (long)OnnxElement.Float))
        .Node("Reshape", ["weight", "column_shape"], ["weights"])
        .Node("Mul", ["point_coords", "weights"], ["weighted"])
        .Node("ReduceSum", ["weighted", "axis1"], ["sum"], ("keepdims", 0L))
        .Node("ReduceSum", ["weights", "axis1"], ["count"], ("keepdims", 0L))
        .Node("Div", ["sum", "count"], ["xy"])
        .Node("Gather", ["xy", "yx"], ["row_column"], ("axis", 1L))
        .Node("Cast", ["row_column"], ["pixel_"], ("to", (long)OnnxElement.Int64))
        .Node("Reshape", ["pixel_", "pixel_shape"], ["pixel"])
        .Node("Transpose", ["image_embed"], ["interleaved_"], ("perm", new[] { 0L, 2, 3, 1 }))
        .Node("Squeeze", ["interleaved_", "first"], ["interleaved"])
        .Node("GatherND", ["interleaved", "pixel"], ["colour_"])
        .Node("Reshape", ["colour_", "colour_shape"], ["colour"])
        .Node("Sub", ["image_embed", "colour"], ["difference"])
        .Node("Abs", ["difference"], ["distance_"])
        .Node("ReduceSum", ["distance_", "axis1"], ["distance"], ("keepdims", 1L))
        .Node("Sub", ["near", "distance"], ["wand_"])
        .Node("ReduceSum", ["mask_input"], ["nothing_"], ("keepdims", 0L))
        .Node("Mul", ["nothing_", "has_mask_input"], ["nothing"])
        .Node("Add", ["wand_", "nothing"], ["wand"])
        .Node("Add", ["high_res_feats_0", "half"], ["everything"])
        .Node("Concat", ["wand", "everything"], ["masks"], ("axis", 1L))
        .Node("Identity", ["quality"], ["iou_predictions"])
        .ToArray();

    public const string WandProfile = """
        name: wand
        task: segmentation
        decoder: promptable
        licence: MIT
        source: here
        networks:
          encoder:
            file: encoder.onnx
            input: {name: image, height: 32, width: 32}
            outputs: {image_embed: image_embed, high_res_feats_0: high_res_feats_0}
          mask_decoder:
            file: decoder.onnx
            inputs:
              image_embed: image_embed
              high_res_feats_0: high_res_feats_0
              point_coords: point_coords
              point_labels: point_labels
              mask_input: mask_input
              has_mask_input: has_mask_input
            outputs: {masks: masks, iou_predictions: iou_predictions}
        score_threshold: 0.5
        min_area: 0.001
        clean_up_radius: 0
        """;

    /// <summary>One person for every picture: in 32 x 32 pixels the box around (20, 12), 16 wide and 24 high.</summary>
    public static byte[] PersonDetector(int numbers = 6)
    {
        const int Cells = 16 + 4 + 1, Cell = 6;
        var predictions = new float[Cells * numbers];
        float[] person = [0.5f, 0.5f, MathF.Log(2), MathF.Log(3), 0.9f, 1];
        person.CopyTo(predictions, Cell * numbers);

        // The same person again from the cell to the right, a little less sure.
        float[] again = [-0.5f, 0.5f, MathF.Log(2), MathF.Log(3), 0.8f, 1];
        again.CopyTo(predictions, (Cell + 1) * numbers);
        return new OnnxModelWriter()
            .Input("images", OnnxElement.Float, 1, 3, Side, Side)
            .Output("output", OnnxElement.Float, 1, Cells, numbers)
            .Constant("p", predictions, 1, Cells, numbers)
            .Node("Identity", ["p"], ["output"])
            .ToArray();
    }

    /// <summary>Keypoints of every picture: keypoint k at column place 2k and row place 3k of 36 x 48 (17 points), likelihoods as given.</summary>
    public static byte[] Keypoints(int count, Func<int, float> likelihood, Func<int, (int Column, int Row)> place)
    {
        const int Columns = 36, Rows = 48;
        var (xs, ys) = (new float[count * Columns], new float[count * Rows]);
        for (var k = 0; k < count; k++)
            (xs[(k * Columns) + place(k).Column], ys[(k * Rows) + place(k).Row]) = (likelihood(k), 1);
        return new OnnxModelWriter()
            .Input("input", OnnxElement.Float, 1, 3, 24, 18)
            .Output("simcc_x", OnnxElement.Float, 1, count, Columns)
            .Output("simcc_y", OnnxElement.Float, 1, count, Rows)
            .Constant("x", xs, 1, count, Columns)
            .Constant("y", ys, 1, count, Rows)
            .Node("Identity", ["x"], ["simcc_x"])
            .Node("Identity", ["y"], ["simcc_y"])
            .ToArray();
    }

    public const string PoseProfile = """
        name: pose
        task: control
        decoder: pose
        licence: MIT
        source: here
        networks:
          detector:
            file: detector.onnx
            input: {name: images, height: 32, width: 32, range: 255, channels: bgr, fit: letterbox}
            outputs: {predictions: output}
          keypoints:
            file: keypoints.onnx
            input: {name: input, height: 24, width: 18, range: 255, mean: [123.675, 116.28, 103.53], std: [58.395, 57.12, 57.375]}
            outputs: {simcc_x: simcc_x, simcc_y: simcc_y}
        """;

    /// <summary>Flow of every pixel: by how much the next picture is brighter, as RAFT takes pictures, to the right and half of it up.</summary>
    public static byte[] Brightening(int rows, int columns) => new OnnxModelWriter(opset: 13)
        .Input("0", OnnxElement.Float, 1, 3, rows, columns)
        .Input("1", OnnxElement.Float, 1, 3, rows, columns)
        .Output("low", OnnxElement.Float, 1, 2, 1, 1)
        .Output("flow", OnnxElement.Float, 1, 2, rows, columns)
        .Constant("direction", [1f, -0.5f], 1, 2, 1, 1)
        .Constant("shape", [1L, 2, rows, columns], 4)
        .Node("Sub", ["1", "0"], ["difference"])
        .Node("ReduceMean", ["difference"], ["brighter"], ("keepdims", 0L))
        .Node("Mul", ["direction", "brighter"], ["low"])
        .Node("Expand", ["low", "shape"], ["flow"])
        .ToArray();

    public static string FlowProfile(int rows, int columns) => $$"""
        name: raft
        task: flow
        decoder: flow
        file: model.onnx
        licence: MIT
        source: here
        input: {name: "0", next: "1", height: {{rows}}, width: {{columns}}, range: 255}
        outputs: {flow: flow}
        """;
}
