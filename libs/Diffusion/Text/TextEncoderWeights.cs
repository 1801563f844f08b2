using VideoGrain.Diffusion.Configuration;
using VideoGrain.Diffusion.Layers;
using VideoGrain.Tensors;

namespace VideoGrain.Diffusion.Text;

/// <summary>The layers of a text encoder; immutable, shared by all engines of a kind.</summary>
internal sealed class TextEncoderWeights
{
    private const string PositionBuffer = "position_ids";

    public TextEncoderWeights(TextEncoderConfig config, WeightSource root)
    {
        Config = config;
        var source = root.At("text_model");
        Tokens = source.Embedding("embeddings.token_embedding", config.Vocabulary, config.Width);
        Positions = source.Embedding("embeddings.position_embedding", config.Positions, config.Width);
        Layers = [.. Enumerable.Range(0, config.Layers).Select(i => new ClipTextLayer(config, source.At($"encoder.layers.{i}")))];
        Norm = source.Norm("final_layer_norm", config.Width);

        // Older checkpoints store the indices 0..76 beside the weights.
        root.Finish(name => name.EndsWith(PositionBuffer, StringComparison.Ordinal));
    }

    public TextEncoderConfig Config { get; }

    public EmbeddingWeight Tokens { get; }

    public EmbeddingWeight Positions { get; }

    public ClipTextLayer[] Layers { get; }

    public NormWeight Norm { get; }
}
