using VideoGrain.Diffusion.UNet;
using VideoGrain.Tensors;

namespace VideoGrain.Editing.Attention;

/// <summary>What inversion and editing share inside the UNet: attention span, trajectory attention, FreeU, recording.</summary>
/// <param name="options">Options of the edit.</param>
/// <param name="window">The frames in the network.</param>
/// <param name="freeU">FreeU, or null for none.</param>
/// <param name="recorder">Takes the attention, or null.</param>
public class ClipHooks(EditOptions options, ClipWindow window, FreeU? freeU, AttentionRecorder? recorder = null) : UNetHooks
{
    /// <summary>The options of the edit.</summary>
    protected EditOptions Options => options;

    /// <summary>The frames in the network.</summary>
    protected ClipWindow Window => window;

    /// <inheritdoc/>
    public sealed override Tensor SelfAttention(IEngine engine, in AttentionSite site, Tensor q, Tensor k, Tensor v)
    {
        (q, k) = QueriesAndKeys(engine, site, q, k);
        recorder?.AddSelf(engine, site, q, k, window.Frames);
        var attended = Attend(engine, site, q, k, v);
        if (!options.FlattenDivisors.Contains(1 << site.Level)) return attended;
        var selection = window.Selection(site.Level, site.Height, site.Width);
        return options.OldQk
            ? engine.SelectedAttention(q, k, attended, site.Heads, site.Scale, selection)
            : engine.SelectedAttention(attended, attended, attended, site.Heads, site.Scale, selection);
    }

    /// <inheritdoc/>
    public override Tensor CrossAttention(IEngine engine, in AttentionSite site, Tensor q, Tensor k, Tensor v)
    {
        recorder?.AddCross(engine, site, q, k, window.Frames);
        return base.CrossAttention(engine, site, q, k, v);
    }

    /// <inheritdoc/>
    public sealed override (Tensor Backbone, Tensor Skip) UpBlockInput(IEngine engine, in ResnetSite site, Tensor backbone, Tensor skip) =>
        freeU is null ? (backbone, skip) : freeU.Apply(engine, backbone, skip);

    /// <summary>Queries and keys of a self-attention, possibly captured or replaced.</summary>
    protected virtual (Tensor Q, Tensor K) QueriesAndKeys(IEngine engine, in AttentionSite site, Tensor q, Tensor k) => (q, k);

    /// <summary>The self-attention itself.</summary>
    protected virtual Tensor Attend(IEngine engine, in AttentionSite site, Tensor q, Tensor k, Tensor v) =>
        SpanAttention.Run(engine, site, q, k, v, options.AttentionSpan, null);
}
