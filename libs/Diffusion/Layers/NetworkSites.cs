using VideoGrain.Diffusion.UNet;

namespace VideoGrain.Diffusion.Layers;

/// <summary>Places in a network before a pass gives them a clip.</summary>
internal static class NetworkSites
{
    public static AttentionSite Attention(UNetBlock block, int blockIndex, int layer, int level) =>
        new("", block, blockIndex, layer, level, 0, 0, 0, 0, 0, 0);

    public static ResnetSite Resnet(UNetBlock block, int blockIndex, int layer, int level) =>
        new("", block, blockIndex, layer, level, 0, 0);
}
