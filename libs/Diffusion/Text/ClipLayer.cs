using VideoGrain.Diffusion.Configuration;
using VideoGrain.Diffusion.Layers;
using VideoGrain.Tensors;

namespace VideoGrain.Diffusion.Text;

/// <summary>One layer of a CLIP tower: self-attention (causal in the text tower) and a feed-forward, each normalised before and added after.</summary>
internal sealed class ClipLayer
{
    private readonly ClipLayerConfig _config;
    private readonly bool _causal;
    private readonly NormWeight _norm1, _norm2;
    private readonly LinearWeight _query, _key, _value, _out, _up, _down;

    public ClipLayer(ClipLayerConfig config, bool causal, WeightSource source)
    {
        var width = config.Width;
        (_config, _causal) = (config, causal);
        _norm1 = source.Norm("layer_norm1", width);
        _query = source.Linear("self_attn.q_proj", width, width);
        _key = source.Linear("self_attn.k_proj", width, width);
        _value = source.Linear("self_attn.v_proj", width, width);
        _out = source.Linear("self_attn.out_proj", width, width);
        _norm2 = source.Norm("layer_norm2", width);
        _up = source.Linear("mlp.fc1", width, config.HiddenWidth);
        _down = source.Linear("mlp.fc2", config.HiddenWidth, width);
    }

    public Tensor Forward(IEngine engine, Tensor x)
    {
        using var scope = engine.BeginScope();
        var scale = 1 / MathF.Sqrt((float)_config.Width / _config.Heads);
        var normed = engine.LayerNorm(x, _norm1, _config.NormEpsilon);
        var attended = engine.Attention(
            engine.Linear(normed, _query), engine.Linear(normed, _key), engine.Linear(normed, _value), _config.Heads, scale, causal: _causal);
        var hidden = engine.Linear(attended, _out, Activation.None, x);
        var expanded = engine.Linear(engine.LayerNorm(hidden, _norm2, _config.NormEpsilon), _up, _config.Activation);
        return scope.Keep(engine.Linear(expanded, _down, Activation.None, hidden));
    }
}
