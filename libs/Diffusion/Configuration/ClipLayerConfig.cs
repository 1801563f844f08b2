using VideoGrain.Tensors;

namespace VideoGrain.Diffusion.Configuration;

/// <summary>What every layer of a CLIP tower has.</summary>
internal sealed record ClipLayerConfig(int Width, int HiddenWidth, int Heads, float NormEpsilon, Activation Activation)
{
    public static ClipLayerConfig Read(JsonConfig json)
    {
        var width = json.Int("hidden_size", 1, ConfigLimits.Channels);
        var heads = json.Int("num_attention_heads", 1, ConfigLimits.Heads);
        if (width % heads != 0) throw json.Fail("num_attention_heads", $"is {heads}, which does not divide hidden_size {width}");
        return new ClipLayerConfig(
            width,
            json.Int("intermediate_size", 1, ConfigLimits.Channels),
            heads,
            (float)json.Number("layer_norm_eps", 0, 1, 1e-5),
            json.Choice("hidden_act", "quick_gelu", "quick_gelu", "gelu") == "gelu" ? Activation.Gelu : Activation.QuickGelu);
    }
}
