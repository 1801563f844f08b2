using VideoGrain.Diffusion.UNet;

namespace VideoGrain.Editing.Attention;

/// <summary>Layers whose features plug-and-play injection takes from the source clip (golden data 4.6).</summary>
internal static class InjectionSites
{
    /// <summary>Self-attentions of up block 1 but the first, of up block 2, and the first of up block 3.</summary>
    public static bool Contains(in AttentionSite site) => site.Block == UNetBlock.Up && site.BlockIndex switch
    {
        1 => site.LayerIndex >= 1,
        2 => true,
        3 => site.LayerIndex == 0,
        _ => false,
    };

    /// <summary>The first two resnets of up block 1 and the first of up block 2.</summary>
    public static bool Contains(in ResnetSite site) => site.Block == UNetBlock.Up && site.BlockIndex switch
    {
        1 => site.LayerIndex <= 1,
        2 => site.LayerIndex == 0,
        _ => false,
    };
}
