using VideoGrain.Bench.Cases;
using VideoGrain.Diffusion.UNet;
using VideoGrain.Tensors;

namespace VideoGrain.Bench.Peers;

/// <summary>
/// A modulated step as released: below the finest level, self-attention of the unconditional and cross-attention of the conditional half are modulated.
/// </summary>
/// <param name="tokens">Tokens of a prompt.</param>
internal sealed class PublishedHooks(int tokens) : UNetHooks
{
    private readonly Dictionary<(int Tokens, int Width), LayoutModulation> _self = [];
    private readonly Dictionary<(int Tokens, int Width), LayoutModulation> _cross = [];

    /// <inheritdoc/>
    public override Tensor SelfAttention(IEngine engine, in AttentionSite site, Tensor q, Tensor k, Tensor v) =>
        site.Level == 0 ? base.SelfAttention(engine, site, q, k, v) : Modulate(engine, site, q, k, v, 0, Modulation(_self, site, q, RegionRule.Self));

    /// <inheritdoc/>
    public override Tensor CrossAttention(IEngine engine, in AttentionSite site, Tensor q, Tensor k, Tensor v) =>
        site.Level == 0
            ? base.CrossAttention(engine, site, q, k, v)
            : Modulate(engine, site, q, k, v, 1, Modulation(_cross, site, q, (count, width) => RegionRule.Cross(count, width, tokens)));

    private static LayoutModulation Modulation(
        Dictionary<(int Tokens, int Width), LayoutModulation> known, in AttentionSite site, Tensor q, Func<int, int, LayoutModulation> make)
    {
        var size = (q[1], site.Width);
        return known.TryGetValue(size, out var modulation) ? modulation : known[size] = make(q[1], site.Width);
    }

    private static Tensor Modulate(IEngine engine, in AttentionSite site, Tensor q, Tensor k, Tensor v, int modulated, LayoutModulation modulation)
    {
        var parts = new Tensor[site.Branches];
        for (var i = 0; i < parts.Length; i++)
        {
            Tensor bq = q.Slice(i, 1), bk = k.Slice(i, 1), bv = v.Slice(i, 1);
            parts[i] = i == modulated
                ? engine.LayoutAttention(bq, bk, bv, site.Heads, site.Scale, modulation)
                : engine.Attention(bq, bk, bv, site.Heads, site.Scale);
        }

        return engine.ConcatBatch(parts);
    }
}
