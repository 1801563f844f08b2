namespace VideoGrain.Diffusion.Configuration;

/// <summary>Configuration of a CLIPTextModel.</summary>
internal sealed record TextEncoderConfig
{
    public required ClipLayerConfig Layer { get; init; }

    public required int Layers { get; init; }

    public required int Positions { get; init; }

    public required int Vocabulary { get; init; }

    public int Width => Layer.Width;

    public float NormEpsilon => Layer.NormEpsilon;

    public static TextEncoderConfig Read(string path) => Read(JsonConfig.Read(path));

    public static TextEncoderConfig Read(JsonConfig json) => new()
    {
        Layer = ClipLayerConfig.Read(json),
        Layers = json.Int("num_hidden_layers", 1, ConfigLimits.ClipLayers),
        Positions = json.Int("max_position_embeddings", 2, ConfigLimits.Positions, 77),
        Vocabulary = json.Int("vocab_size", 1, ConfigLimits.Vocabulary),
    };
}
