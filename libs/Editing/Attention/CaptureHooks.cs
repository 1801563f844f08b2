using VideoGrain.Diffusion.UNet;
using VideoGrain.Tensors;

namespace VideoGrain.Editing.Attention;

/// <summary>The source clip's pass of a step with feature injection: an inversion step's attention, features kept.</summary>
/// <param name="options">Options of the edit.</param>
/// <param name="window">The frames in the network.</param>
/// <param name="freeU">FreeU, or null for none.</param>
/// <param name="features">Takes the features.</param>
public sealed class CaptureHooks(EditOptions options, ClipWindow window, FreeU? freeU, SourceFeatures features)
    : ClipHooks(options, window, freeU)
{
    /// <inheritdoc/>
    public override bool ReplacesResnet(in ResnetSite site) => InjectionSites.Contains(site);

    /// <inheritdoc/>
    public override Tensor ResnetHidden(IEngine engine, in ResnetSite site, Tensor hidden)
    {
        if (InjectionSites.Contains(site)) features.Capture(engine, site, hidden);
        return hidden;
    }

    /// <inheritdoc/>
    protected override (Tensor Q, Tensor K) QueriesAndKeys(IEngine engine, in AttentionSite site, Tensor q, Tensor k)
    {
        if (InjectionSites.Contains(site)) features.Capture(engine, site, q, k);
        return (q, k);
    }
}
