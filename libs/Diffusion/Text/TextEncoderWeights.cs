using VideoGrain.Diffusion.Configuration;
using VideoGrain.Diffusion.Layers;
using VideoGrain.Tensors;

namespace VideoGrain.Diffusion.Text;

/// <summary>The layers of a text encoder; immutable, shared by all engines of a kind.</summary>
internal sealed class TextEncoderWeights
{
    private const string PositionBuffer = "position_ids";

    /// <summary>Takes the text tower's weights out of a file that may hold more.</summary>
    public TextEncoderWeights(TextEncoderConfig config, WeightSource root)
    {
        Config = config;
        var source = root.At("text_model");
        Tokens = source.Embedding("embeddings.token_embedding", config.Vocabulary, config.Width);
        Positions = source.Embedding("embeddings.position_embedding", config.Positions, config.Width);
        Layers = [.. Enumerable.Range(0, config.Layers).Select(i => new ClipLayer(config.Layer, causal: true, source.At($"encoder.layers.{i}")))];
        Norm = source.Norm("final_layer_norm", config.Width);
    }

    public TextEncoderConfig Config { get; }

    /// <summary>Takes the weights of a file that holds a text tower and nothing else.</summary>
    public static TextEncoderWeights Alone(TextEncoderConfig config, WeightSource root)
    {
        var weights = new TextEncoderWeights(config, root);
        root.Finish(IsPositionBuffer);
        return weights;
    }

    /// <summary>Whether a tensor is no weight: older checkpoints store the indices 0, 1, ... beside them.</summary>
    public static bool IsPositionBuffer(string name) => name.EndsWith(PositionBuffer, StringComparison.Ordinal);

    public EmbeddingWeight Tokens { get; }

    public EmbeddingWeight Positions { get; }

    public ClipLayer[] Layers { get; }

    public NormWeight Norm { get; }
}
