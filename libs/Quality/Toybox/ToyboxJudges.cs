using Microsoft.ML.OnnxRuntime;
using VideoGrain.Media;
using VideoGrain.Media.Resizing;

namespace VideoGrain.Quality.Toybox;

/// <summary>The toybox classifiers. May be used from several threads.</summary>
public sealed class ToyboxJudges : IDisposable
{
    private const int BackgroundSide = 64;

    private readonly InferenceSession _objects;
    private readonly InferenceSession _backgrounds;

    /// <summary>Loads <c>object_classifier.onnx</c> and <c>background_classifier.onnx</c>.</summary>
    /// <param name="evaluatorFolder">Their folder, such as <c>models/toybox/evaluator</c>.</param>
    /// <exception cref="OnnxRuntimeException">A file is missing or damaged.</exception>
    /// <exception cref="DllNotFoundException">The ONNX Runtime library is not installed.</exception>
    public ToyboxJudges(string evaluatorFolder)
    {
        ArgumentNullException.ThrowIfNull(evaluatorFolder);
        // One thread: the models are tiny, and the judges run beside heavier work.
        using var options = new SessionOptions { IntraOpNumThreads = 1 };
        _objects = new InferenceSession(Path.Combine(evaluatorFolder, "object_classifier.onnx"), options);
        _backgrounds = new InferenceSession(Path.Combine(evaluatorFolder, "background_classifier.onnx"), options);
    }

    /// <summary>Names what is at each place.</summary>
    /// <param name="frame">The frame.</param>
    /// <param name="places">Where to look; may be empty.</param>
    /// <returns>One entry per place.</returns>
    public IReadOnlyList<RegionAttributes> Objects(Frame frame, IReadOnlyList<ObjectPlacement> places)
    {
        ArgumentNullException.ThrowIfNull(places);
        if (places.Count == 0)
            return [];
        var found = Run(_objects, [.. places.Select(p => ObjectCrop.Of(frame, p))], ["shape", "colour", "part"]);
        return
        [
            .. Enumerable.Range(0, places.Count).Select(i => new RegionAttributes(
                ToyboxVocabulary.Shapes[found[0][i]], ToyboxVocabulary.Colours[found[1][i]], ToyboxVocabulary.Parts[found[2][i]])),
        ];
    }

    /// <summary>Names the background of a frame.</summary>
    /// <param name="frame">The frame, of any size.</param>
    /// <returns>One of <see cref="ToyboxVocabulary.Backgrounds"/>.</returns>
    public string Background(Frame frame)
    {
        var small = frame.Resize(BackgroundSide, BackgroundSide, ResizeFilter.Area);
        return ToyboxVocabulary.Backgrounds[Run(_backgrounds, [small], ["background"])[0][0]];
    }

    /// <summary>Frees the models.</summary>
    public void Dispose()
    {
        _objects.Dispose();
        _backgrounds.Dispose();
    }

    private static int[][] Run(InferenceSession session, IReadOnlyList<Frame> images, string[] outputs)
    {
        var (width, height) = (images[0].Width, images[0].Height);
        using var options = new RunOptions();
        using var input = OrtValue.CreateTensorValueFromMemory(Planes(images), [images.Count, Frame.Channels, height, width]);
        using var results = session.Run(options, session.InputNames, [input], outputs);
        return [.. results.Select(r => LargestPerRow(r.GetTensorDataAsSpan<float>(), images.Count))];
    }

    // (n, 3, h, w), 0 to 1.
    private static float[] Planes(IReadOnlyList<Frame> images)
    {
        var pixels = images[0].Width * images[0].Height;
        var planes = new float[images.Count * Frame.Channels * pixels];
        for (var n = 0; n < images.Count; n++)
        {
            var rgb = images[n].Rgb;
            for (var i = 0; i < rgb.Length; i++)
                planes[(((n * Frame.Channels) + (i % Frame.Channels)) * pixels) + (i / Frame.Channels)] = rgb[i] / (float)byte.MaxValue;
        }

        return planes;
    }

    private static int[] LargestPerRow(ReadOnlySpan<float> scores, int rows)
    {
        var classes = scores.Length / rows;
        var best = new int[rows];
        for (var row = 0; row < rows; row++)
        {
            for (var c = 1; c < classes; c++)
            {
                if (scores[(row * classes) + c] > scores[(row * classes) + best[row]])
                    best[row] = c;
            }
        }

        return best;
    }
}
