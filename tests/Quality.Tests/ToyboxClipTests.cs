using Microsoft.ML.OnnxRuntime;
using VideoGrain.Diffusion.Clip;
using VideoGrain.Media;
using VideoGrain.Media.Resizing;
using VideoGrain.Tensors.Cpu;

namespace VideoGrain.Quality.Tests;

/// <summary>The toybox's own CLIP pair.</summary>
public sealed class ToyboxClipTests : IDisposable
{
    // The ONNX file holds the same half-precision weights and computes in single precision, as the engine does.
    private const float Tolerance = 1e-3f;

    private static readonly string Folder = Path.Combine(Clip.Toybox(), "clip");

    private readonly CpuEngine _engine = new();
    private readonly ClipModel _model;

    public ToyboxClipTests() => _model = ClipModel.Load(Folder, _engine);

    /// <inheritdoc/>
    public void Dispose()
    {
        _model.Dispose();
        _engine.Dispose();
    }

    [Theory]
    [InlineData("two red stars in the night sky")]
    [InlineData("a green heart in front of a brick wall")]
    [InlineData("an orange cross and a black diamond on water")]
    [InlineData("a purple moon and a white square on sand")]
    public void TextAlignment_OfTheTruth_IsAboveThatOfAnother(string other)
    {
        EngineClipModel model = new(_model);

        Assert.True(ClipScore.Of(model, Clip.Frames, Clip.Case.Caption).TextAlignment > ClipScore.Of(model, Clip.Frames, other).TextAlignment);
    }

    [Fact]
    public void ImageTower_AsOnnx_AgreesWithTheEngine()
    {
        var side = _model.ImageEncoder.Side;
        var expected = new EngineClipModel(_model).EmbedImage(Clip.Frames[0]);
        var length = MathF.Sqrt(expected.Sum(v => v * v));

        var square = Clip.Frames[0].Resize(side, side, ResizeFilter.BicubicAntialiased);
        var planes = new float[square.Rgb.Length];
        for (var i = 0; i < planes.Length; i++)
            planes[(i % Frame.Channels * side * side) + (i / Frame.Channels)] = square.Rgb[i] / (float)byte.MaxValue;
        using var session = new InferenceSession(Path.Combine(Folder, "image_encoder.onnx"));
        using var options = new RunOptions();
        using var input = OrtValue.CreateTensorValueFromMemory(planes, [1, Frame.Channels, side, side]);
        using var results = session.Run(options, ["image"], [input], ["embedding"]);
        var actual = results.First().GetTensorDataAsSpan<float>().ToArray();

        Assert.Equal(expected.Length, actual.Length);
        for (var i = 0; i < actual.Length; i++)
            Assert.InRange(actual[i], (expected[i] / length) - Tolerance, (expected[i] / length) + Tolerance);
    }
}
