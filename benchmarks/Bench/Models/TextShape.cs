namespace VideoGrain.Bench.Models;

/// <summary>Sizes of a CLIP text encoder.</summary>
/// <param name="Width">Channels.</param>
/// <param name="Layers">Transformer layers.</param>
/// <param name="Heads">Attention heads.</param>
/// <param name="Vocabulary">Number of token ids.</param>
internal sealed record TextShape(int Width, int Layers, int Heads, int Vocabulary)
{
    private const int Positions = 77, HiddenFactor = 4;

    /// <summary>The sizes of Stable Diffusion 1.5.</summary>
    public static TextShape StableDiffusion { get; } = new(768, 12, 12, 49408);

    /// <summary>A network of hardly any size that still knows every token of the demonstration model's tokenizer.</summary>
    public static TextShape Tiny(int width) => new(width, 1, 4, 645);

    /// <summary>The configuration file's content.</summary>
    public object Config => new
    {
        model_type = "clip_text_model",
        hidden_act = "quick_gelu",
        hidden_size = Width,
        intermediate_size = HiddenFactor * Width,
        layer_norm_eps = 1e-5,
        max_position_embeddings = Positions,
        num_attention_heads = Heads,
        num_hidden_layers = Layers,
        vocab_size = Vocabulary,
    };

    /// <summary>The parameters.</summary>
    public WeightList Weights()
    {
        var list = new WeightList();
        list.Table("text_model.embeddings.token_embedding", Vocabulary, Width);
        list.Table("text_model.embeddings.position_embedding", Positions, Width);
        for (var i = 0; i < Layers; i++)
        {
            var layer = $"text_model.encoder.layers.{i}";
            foreach (var part in new[] { "q_proj", "k_proj", "v_proj", "out_proj" }) list.Linear($"{layer}.self_attn.{part}", Width, Width);
            list.Norm($"{layer}.layer_norm1", Width);
            list.Norm($"{layer}.layer_norm2", Width);
            list.Linear($"{layer}.mlp.fc1", Width, HiddenFactor * Width);
            list.Linear($"{layer}.mlp.fc2", HiddenFactor * Width, Width);
        }

        list.Norm("text_model.final_layer_norm", Width);
        return list;
    }
}
