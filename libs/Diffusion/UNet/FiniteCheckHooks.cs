using VideoGrain.Tensors;

namespace VideoGrain.Diffusion.UNet;

/// <summary>
/// Diagnostic around other hooks: remembers the first layer whose result holds an infinity or a NaN. Checking reads every result, so a step is normally
/// run without it and repeated with it once the latents have turned out not to be finite.
/// </summary>
public sealed class FiniteCheckHooks : UNetHooks
{
    private readonly UNetHooks _inner;

    /// <summary>Wraps hooks, which keep working as before.</summary>
    public FiniteCheckHooks(UNetHooks inner) => _inner = inner;

    /// <summary>Name of the first layer with a non-finite result ("controlnet." in front for a ControlNet's); null when there was none.</summary>
    public string? FirstNonFiniteLayer { get; private set; }

    /// <inheritdoc/>
    public override Tensor SelfAttention(IEngine engine, in AttentionSite site, Tensor q, Tensor k, Tensor v) =>
        _inner.SelfAttention(engine, site, q, k, v);

    /// <inheritdoc/>
    public override Tensor CrossAttention(IEngine engine, in AttentionSite site, Tensor q, Tensor k, Tensor v) =>
        _inner.CrossAttention(engine, site, q, k, v);

    /// <inheritdoc/>
    public override Tensor ResnetHidden(IEngine engine, in ResnetSite site, Tensor hidden) => _inner.ResnetHidden(engine, site, hidden);

    /// <inheritdoc/>
    public override bool ReplacesResnet(in ResnetSite site) => _inner.ReplacesResnet(site);

    /// <inheritdoc/>
    public override (Tensor Backbone, Tensor Skip) UpBlockInput(IEngine engine, in ResnetSite site, Tensor backbone, Tensor skip) =>
        _inner.UpBlockInput(engine, site, backbone, skip);

    /// <inheritdoc/>
    public override void Observe(IEngine engine, string layer, Tensor output)
    {
        if (FirstNonFiniteLayer is null && !engine.AllFinite(output)) FirstNonFiniteLayer = layer;
        _inner.Observe(engine, layer, output);
    }
}
