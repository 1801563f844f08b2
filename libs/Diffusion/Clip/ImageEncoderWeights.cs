using VideoGrain.Diffusion.Configuration;
using VideoGrain.Diffusion.Layers;
using VideoGrain.Diffusion.Text;
using VideoGrain.Tensors;

namespace VideoGrain.Diffusion.Clip;

/// <summary>The layers of an image tower; immutable, shared by all engines of a kind.</summary>
internal sealed class ImageEncoderWeights
{
    public const int Channels = 3;

    public ImageEncoderWeights(ImageEncoderConfig config, WeightSource root)
    {
        Config = config;
        var source = root.At("vision_model");
        var width = config.Layer.Width;
        ClassToken = source.Vector("embeddings.class_embedding", width);
        Patches = source.Patches("embeddings.patch_embedding", Channels, width, config.Patch);
        Positions = source.Embedding("embeddings.position_embedding", config.Tokens, width);

        // The published files spell the first norm so.
        NormBefore = source.Norm("pre_layrnorm", width);
        Layers = [.. Enumerable.Range(0, config.Layers).Select(i => new ClipLayer(config.Layer, causal: false, source.At($"encoder.layers.{i}")))];
        NormAfter = source.Norm("post_layernorm", width);
    }

    public ImageEncoderConfig Config { get; }

    public EmbeddingWeight ClassToken { get; }

    public LinearWeight Patches { get; }

    public EmbeddingWeight Positions { get; }

    public NormWeight NormBefore { get; }

    public ClipLayer[] Layers { get; }

    public NormWeight NormAfter { get; }
}
