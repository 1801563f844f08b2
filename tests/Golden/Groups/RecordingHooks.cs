using VideoGrain.Diffusion.UNet;
using VideoGrain.Tensors;

namespace VideoGrain.Golden.Groups;

/// <summary>Applies stored trajectories to self-attention and keeps every layer's result.</summary>
internal sealed class RecordingHooks(IReadOnlyDictionary<(int Height, int Width), KeySelection> trajectories, bool oldQueryKey) : UNetHooks
{
    private readonly Dictionary<string, float[]> _results = new(StringComparer.Ordinal);

    public IReadOnlyDictionary<string, float[]> Results => _results;

    /// <inheritdoc/>
    public override Tensor SelfAttention(IEngine engine, in AttentionSite site, Tensor q, Tensor k, Tensor v)
    {
        var full = base.SelfAttention(engine, site, q, k, v);
        if (!trajectories.TryGetValue((site.Height, site.Width), out var selection)) return full;
        return oldQueryKey
            ? engine.SelectedAttention(q, k, full, site.Heads, site.Scale, selection)
            : engine.SelectedAttention(full, full, full, site.Heads, site.Scale, selection);
    }

    /// <inheritdoc/>
    public override void Observe(IEngine engine, string layer, Tensor output)
    {
        var values = new float[output.ElementCount];
        engine.Download(output, values);
        _results[layer] = values;
    }
}
