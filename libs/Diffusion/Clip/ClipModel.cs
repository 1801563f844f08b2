using VideoGrain.Diffusion.Configuration;
using VideoGrain.Diffusion.Layers;
using VideoGrain.Diffusion.Text;
using VideoGrain.Tensors;

namespace VideoGrain.Diffusion.Clip;

/// <summary>
/// A CLIP model in Hugging Face layout (config.json, model.safetensors, tokenizer files): pictures and texts as points of one space.
/// Used by one thread at a time, as its engine is.
/// </summary>
public sealed class ClipModel : IDisposable
{
    private const string WeightStem = "model";
    private const string TemperatureName = "logit_scale";

    private readonly IEngine _engine;
    private readonly WeightStore _store;
    private readonly ClipConfig _config;
    private readonly LinearWeight _textProjection;
    private readonly LinearWeight _imageProjection;

    private ClipModel(IEngine engine, string folder, WeightStore store)
    {
        (_engine, _store) = (engine, store);
        _config = ClipConfig.Read(Path.Combine(folder, ModelFiles.Config));
        Norm = PixelNorm.Read(folder);
        Tokenizer = ClipTokenizer.Load(folder);
        if (Tokenizer.MaxLength > _config.Text.Positions || Tokenizer.VocabularySize > _config.Text.Vocabulary)
        {
            throw new ModelFormatException(
                Path.Combine(folder, ModelFiles.Config), "text_config",
                $"has {_config.Text.Positions} positions and {_config.Text.Vocabulary} words, the tokenizer {Tokenizer.MaxLength} and {Tokenizer.VocabularySize}");
        }

        using var file = ModelFiles.OpenWeights(folder, WeightStem);
        var source = new WeightSource(file, engine, store);
        TextEncoder = new ClipTextEncoder(engine, new TextEncoderWeights(_config.Text, source));
        ImageEncoder = new ClipImageEncoder(engine, new ImageEncoderWeights(_config.Image, source));
        _textProjection = source.Linear("text_projection", _config.Text.Width, _config.ProjectionWidth, bias: false);
        _imageProjection = source.Linear("visual_projection", _config.Image.Layer.Width, _config.ProjectionWidth, bias: false);

        // The temperature of training plays no part in similarities.
        source.Finish(name => name == TemperatureName || TextEncoderWeights.IsPositionBuffer(name));
    }

    /// <summary>Numbers of an embedding.</summary>
    public int Width => _config.ProjectionWidth;

    /// <summary>Text to token ids.</summary>
    public ClipTokenizer Tokenizer { get; }

    /// <summary>The text tower.</summary>
    public ClipTextEncoder TextEncoder { get; }

    /// <summary>The image tower.</summary>
    public ClipImageEncoder ImageEncoder { get; }

    /// <summary>How the image tower wants its pixels.</summary>
    public PixelNorm Norm { get; }

    /// <summary>Loads a model.</summary>
    /// <param name="folder">Folder with config.json, model.safetensors and the tokenizer's files.</param>
    /// <param name="engine">Engine that packs the weights and runs the model; stays the caller's.</param>
    /// <exception cref="ModelFormatException">Something is missing, damaged or unsupported; it names the file and the tensor or field.</exception>
    public static ClipModel Load(string folder, IEngine engine)
    {
        ArgumentNullException.ThrowIfNull(folder);
        ArgumentNullException.ThrowIfNull(engine);
        var store = new WeightStore();
        try
        {
            return new ClipModel(engine, folder, store);
        }
        catch
        {
            store.Dispose();
            throw;
        }
    }

    /// <summary>Embeds a text: the state at its end token, projected.</summary>
    /// <param name="text">The text; what exceeds the tokenizer's length is cut off.</param>
    /// <returns><see cref="Width"/> numbers, not normalised.</returns>
    /// <exception cref="ArgumentException">The text is longer than the tokenizer accepts.</exception>
    public float[] EmbedText(string text)
    {
        using var scope = _engine.BeginScope();
        var tokens = Tokenizer.Encode(text);
        var states = TextEncoder.Encode(tokens).Reshape(Tokenizer.MaxLength, TextEncoder.Width);
        return Project(states.Slice(tokens.Length - 1, 1), _textProjection);
    }

    /// <summary>Embeds a picture.</summary>
    /// <param name="pixels">[side, side, 3] of the image tower's side, row-major, normalised by <see cref="Norm"/>.</param>
    /// <returns><see cref="Width"/> numbers, not normalised.</returns>
    /// <exception cref="ArgumentException">The count of values does not fit.</exception>
    public float[] EmbedImage(ReadOnlySpan<float> pixels)
    {
        using var scope = _engine.BeginScope();
        return Project(ImageEncoder.Encode(pixels), _imageProjection);
    }

    /// <summary>Frees the weights.</summary>
    public void Dispose() => _store.Dispose();

    private float[] Project(Tensor state, LinearWeight projection)
    {
        var result = new float[Width];
        _engine.Download(_engine.Linear(state, projection), result);
        return result;
    }
}
