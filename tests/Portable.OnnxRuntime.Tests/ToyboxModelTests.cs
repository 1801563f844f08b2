using Microsoft.ML.OnnxRuntime;

namespace VideoGrain.Portable.OnnxRuntime.Tests;

/// <summary>The toybox judges on a frame whose caption is "a purple moon and a white square on grass".</summary>
public sealed class ToyboxModelTests
{
    private static readonly string[] Shapes = ["circle", "square", "triangle", "star", "heart", "diamond", "cross", "moon"];
    private static readonly string[] Colours = ["red", "green", "blue", "yellow", "purple", "orange", "white", "black"];
    private static readonly string[] Parts = ["plain", "hat", "stripes", "eyes"];

    [Theory]
    [InlineData(0, "moon", "purple", "plain")]
    [InlineData(1, "square", "white", "plain")]
    public void ObjectClassifier_Crop_NamesTheObject(int index, string shape, string colour, string part)
    {
        var outputs = Run("evaluator/object_classifier.onnx", $"object{index}-64x64.rgb", 64, ["shape", "colour", "part"]);

        Assert.Equal((shape, colour, part), (Shapes[Largest(outputs[0])], Colours[Largest(outputs[1])], Parts[Largest(outputs[2])]));
    }

    [Fact]
    public void BackgroundClassifier_Frame_NamesTheBackground()
        => Assert.Equal(0, Largest(Run("evaluator/background_classifier.onnx", "frame-64x64.rgb", 64, ["background"])[0]));

    [Fact]
    public void Segmenter_Frame_AgreesWithOpenCv()
    {
        var logits = Run("segmenter/segmenter.onnx", "frame-128x128.rgb", 128, ["logits"])[0];
        var expected = File.ReadAllBytes(Data("frame-classes-opencv.u8"));

        var differing = 0;
        for (var pixel = 0; pixel < expected.Length; pixel++)
        {
            var best = 0;
            for (var c = 1; c < logits.Length / expected.Length; c++)
            {
                if (logits[(c * expected.Length) + pixel] > logits[(best * expected.Length) + pixel])
                    best = c;
            }

            if (best != expected[pixel])
                differing++;
        }

        Assert.True(differing <= 2, $"{differing} pixels differ");
    }

    [Fact]
    public void Segmenter_DamagedFile_IsATypedErrorOrRuns()
    {
        var good = File.ReadAllBytes(Path.Combine(Models(), "segmenter/segmenter.onnx"));
        var random = new Random(5);
        using var options = new SessionOptions { IntraOpNumThreads = 1 };
        for (var i = 0; i < 60; i++)
        {
            var bad = (byte[])good.Clone();
            // Half of the damage goes where the graph is described, half anywhere, most of which is weights.
            for (var flips = random.Next(1, 20); flips > 0; flips--)
                bad[random.Next(i % 2 == 0 ? 4096 : bad.Length)] ^= (byte)(1 << random.Next(8));
            try
            {
                using var session = new InferenceSession(bad, options);
                using var run = new RunOptions();
                using var input = OrtValue.CreateTensorValueFromMemory(new float[3 * 128 * 128], [1, 3, 128, 128]);
                using var results = session.Run(run, session.InputNames, [input], session.OutputNames);
            }
            catch (OnnxRuntimeException)
            {
            }
        }
    }

    private static float[][] Run(string model, string image, int side, string[] outputs)
    {
        using var session = new InferenceSession(Path.Combine(Models(), model));
        using var options = new RunOptions();
        using var input = OrtValue.CreateTensorValueFromMemory(Planes(File.ReadAllBytes(Data(image))), [1, 3, side, side]);
        using var results = session.Run(options, session.InputNames, [input], outputs);
        return [.. results.Select(r => r.GetTensorDataAsSpan<float>().ToArray())];
    }

    private static float[] Planes(byte[] rgb)
    {
        var pixels = rgb.Length / 3;
        var planes = new float[rgb.Length];
        for (var i = 0; i < rgb.Length; i++)
            planes[(i % 3 * pixels) + (i / 3)] = rgb[i] / 255f;
        return planes;
    }

    private static int Largest(float[] values) => Array.IndexOf(values, values.Max());

    private static string Data(string name) => Path.Combine(AppContext.BaseDirectory, "data", name);

    private static string Models()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder != null; folder = folder.Parent)
        {
            var models = Path.Combine(folder.FullName, "models", "toybox");
            if (Directory.Exists(models))
                return models;
        }

        throw new DirectoryNotFoundException("models/toybox is not above the test's folder.");
    }
}
