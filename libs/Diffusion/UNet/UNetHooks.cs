using VideoGrain.Tensors;

namespace VideoGrain.Diffusion.UNet;

/// <summary>
/// What an editing method may change inside the UNet. The base class is the plain inflated model: self-attention over all
/// frames, ordinary cross-attention, nothing replaced. Methods override what they need and call the base for the rest.
/// </summary>
public class UNetHooks
{
    /// <summary>The hooks that change nothing.</summary>
    public static UNetHooks Plain { get; } = new();

    /// <summary>
    /// Self-attention (attn1) before its output projection. <paramref name="q"/>, <paramref name="k"/>, <paramref name="v"/> are
    /// [branches, frames * height * width, c], frame-major; so is the result.
    /// </summary>
    public virtual Tensor SelfAttention(IEngine engine, in AttentionSite site, Tensor q, Tensor k, Tensor v) =>
        engine.Attention(q, k, v, site.Heads, site.Scale);

    /// <summary>
    /// Cross-attention (attn2) before its output projection. <paramref name="q"/> is [branches, frames * height * width, c],
    /// <paramref name="k"/> and <paramref name="v"/> are [branches, text tokens, c].
    /// </summary>
    public virtual Tensor CrossAttention(IEngine engine, in AttentionSite site, Tensor q, Tensor k, Tensor v) =>
        engine.Attention(q, k, v, site.Heads, site.Scale);

    /// <summary>
    /// Result of a resnet's second convolution, before the shortcut is added: [branches * frames, height, width, c].
    /// Called only where <see cref="ReplacesResnet"/> says so.
    /// </summary>
    public virtual Tensor ResnetHidden(IEngine engine, in ResnetSite site, Tensor hidden) => hidden;

    /// <summary>Whether <see cref="ResnetHidden"/> wants to see this resnet; false lets the shortcut be fused into the convolution.</summary>
    public virtual bool ReplacesResnet(in ResnetSite site) => false;

    /// <summary>
    /// The two inputs of an up-block resnet before they are concatenated (FreeU): backbone and skip, [branches * frames, height, width, c].
    /// </summary>
    public virtual (Tensor Backbone, Tensor Skip) UpBlockInput(IEngine engine, in ResnetSite site, Tensor backbone, Tensor skip) =>
        (backbone, skip);

    /// <summary>Called with the result of every resnet, transformer and resampler; for recording and for finding where numbers stop being finite.</summary>
    public virtual void Observe(IEngine engine, string layer, Tensor output)
    {
    }
}
