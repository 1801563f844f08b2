using VideoGrain.Tensors;

namespace VideoGrain.Diffusion.UNet;

/// <summary>Lets other hooks observe a network, under prefixed layer names, without letting them change it.</summary>
internal sealed class ObserveOnlyHooks(UNetHooks observer, string prefix) : UNetHooks
{
    /// <inheritdoc/>
    public override void Observe(IEngine engine, string layer, Tensor output) => observer.Observe(engine, prefix + layer, output);
}
