using VideoGrain.Diffusion.Layers;
using VideoGrain.Tensors;

namespace VideoGrain.Diffusion.Vae;

/// <summary>One-head self-attention over the pixels of each image.</summary>
internal sealed class VaeAttention
{
    private readonly NormWeight _norm;
    private readonly LinearWeight _query, _key, _value, _out;
    private readonly int _groups, _channels;

    public VaeAttention(WeightSource source, int channels, int groups)
    {
        _channels = channels;
        _groups = groups;
        _norm = source.Norm("group_norm", channels);

        // Checkpoints from before diffusers 0.18 use the first set of names.
        var old = source.Has("query.weight");
        _query = source.Linear(old ? "query" : "to_q", channels, channels);
        _key = source.Linear(old ? "key" : "to_k", channels, channels);
        _value = source.Linear(old ? "value" : "to_v", channels, channels);
        _out = source.Linear(old ? "proj_attn" : "to_out.0", channels, channels);
    }

    public Tensor Forward(IEngine engine, Tensor x)
    {
        using var scope = engine.BeginScope();
        var normed = engine.GroupNorm(x, _norm, _groups, VaeLayers.NormEpsilon, imagesPerStatistic: 1);
        var tokens = normed.Reshape(x[0], x[1] * x[2], _channels);
        var attended = engine.Attention(
            engine.Linear(tokens, _query), engine.Linear(tokens, _key), engine.Linear(tokens, _value), heads: 1, 1 / MathF.Sqrt(_channels));
        return scope.Keep(engine.Linear(attended.Reshape(x.Shape), _out, Activation.None, x));
    }
}
