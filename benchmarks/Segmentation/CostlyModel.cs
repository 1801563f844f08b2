using VideoGrain.Testing;

namespace VideoGrain.Segmentation.Benchmarks;

/// <summary>
/// A class map as dear as a real network: two stages of 3 x 3 convolutions, as many operations as YOLOv8s-seg has (43 GFLOP a frame), whose
/// sum counts nothing in the answer; that is which of three colours a place has, so that tracking has two real objects to follow.
/// </summary>
internal static class CostlyModel
{
    public const int Side = 512;

    private const int GridStride = 4;
    private const int Kernel = 3;
    private const int FirstChannels = 64;
    private const int SecondChannels = 128;
    private const int LayersPerStage = 18;
    private const int Seed = 1;

    // Scores fall with the squared distance to a colour: twice the product less the square of the colour, times this.
    private const float Sharpness = 40;

    private static readonly (string Name, float[] Rgb)[] Classes =
    [
        ("background", [0.41f, 0.58f, 0.24f]), ("moon", [0.59f, 0.20f, 0.73f]), ("square", [0.98f, 0.98f, 0.98f]),
    ];

    public static string Profile => $$"""
        name: costly
        task: segmentation
        decoder: semantic_logits
        file: model.onnx
        licence: Apache-2.0
        source: generated
        default: true
        input: {name: image, height: {{Side}}, width: {{Side}}}
        outputs: {logits: logits}
        classes: [{{string.Join(", ", Classes.Select(c => c.Name))}}]
        background_class: background
        """;

    public static byte[] Write()
    {
        var (random, graph) = (new Random(Seed), new OnnxModelWriter());
        graph.Input("image", OnnxElement.Float, 1, 3, Side, Side).Output("logits", OnnxElement.Float, 1, Classes.Length, Side / GridStride, Side / GridStride);
        var last = Convolution(graph, random, "image", "stem", 3, FirstChannels, GridStride);
        for (var layer = 0; layer < LayersPerStage; layer++)
            last = Convolution(graph, random, last, $"first{layer}", FirstChannels, FirstChannels, 1);
        last = Convolution(graph, random, last, "down", FirstChannels, SecondChannels, 2);
        for (var layer = 0; layer < LayersPerStage; layer++)
            last = Convolution(graph, random, last, $"second{layer}", SecondChannels, SecondChannels, 1);

        graph.Constant("colours", [.. Classes.SelectMany(c => c.Rgb.Select(v => 2 * Sharpness * v))], Classes.Length, 3, 1, 1)
            .Constant("squares", [.. Classes.Select(c => -Sharpness * c.Rgb.Sum(v => v * v))], Classes.Length)
            .Constant("nothing", [0f])
            .Node("AveragePool", ["image"], ["pooled"], ("kernel_shape", new long[] { GridStride, GridStride }), ("strides", new long[] { GridStride, GridStride }))
            .Node("Conv", ["pooled", "colours", "squares"], ["scores"])
            .Node("ReduceMean", [last], ["mean"], ("keepdims", 0L))
            .Node("Mul", ["mean", "nothing"], ["zero"])
            .Node("Add", ["scores", "zero"], ["logits"]);
        return graph.ToArray();
    }

    // Weights of a mean square of 2 / inputs keep the activations' size from layer to layer.
    private static string Convolution(OnnxModelWriter graph, Random random, string input, string name, int channels, int newChannels, int stride)
    {
        var inputs = channels * Kernel * Kernel;
        var range = MathF.Sqrt(3 * 2f / inputs);
        var weights = new float[newChannels * inputs];
        for (var i = 0; i < weights.Length; i++)
            weights[i] = range * ((2 * random.NextSingle()) - 1);
        graph.Constant($"{name}_weights", weights, newChannels, channels, Kernel, Kernel)
            .Node("Conv", [input, $"{name}_weights"], [$"{name}_sum"], ("pads", new long[] { 1, 1, 1, 1 }), ("strides", new long[] { stride, stride }))
            .Node("Relu", [$"{name}_sum"], [name]);
        return name;
    }
}
