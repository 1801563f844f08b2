using VideoGrain.Tensors;

namespace VideoGrain.Diffusion.Configuration;

/// <summary>Configuration of a CLIPTextModel.</summary>
internal sealed record TextEncoderConfig
{
    public required int Width { get; init; }

    public required int HiddenWidth { get; init; }

    public required int Layers { get; init; }

    public required int Heads { get; init; }

    public required int Positions { get; init; }

    public required int Vocabulary { get; init; }

    public required float NormEpsilon { get; init; }

    public required Activation Activation { get; init; }

    public static TextEncoderConfig Read(string path)
    {
        var json = JsonConfig.Read(path);
        var width = json.Int("hidden_size", 1, ConfigLimits.Channels);
        var heads = json.Int("num_attention_heads", 1, ConfigLimits.Heads);
        if (width % heads != 0) throw json.Fail("num_attention_heads", $"is {heads}, which does not divide hidden_size {width}");
        return new TextEncoderConfig
        {
            Width = width,
            HiddenWidth = json.Int("intermediate_size", 1, ConfigLimits.Channels),
            Layers = json.Int("num_hidden_layers", 1, ConfigLimits.TextLayers),
            Heads = heads,
            Positions = json.Int("max_position_embeddings", 2, ConfigLimits.Positions, 77),
            Vocabulary = json.Int("vocab_size", 1, ConfigLimits.Vocabulary),
            NormEpsilon = (float)json.Number("layer_norm_eps", 0, 1, 1e-5),
            Activation = json.Choice("hidden_act", "quick_gelu", "quick_gelu", "gelu") == "gelu" ? Activation.Gelu : Activation.QuickGelu,
        };
    }
}
