namespace VideoGrain.Diffusion.Configuration;

/// <summary>Configuration of a ControlNetModel.</summary>
/// <param name="Stack">What it shares with a UNet.</param>
/// <param name="ConditionWidths">Channels of the conditioning embedding's stages; each but the last halves the image.</param>
internal sealed record ControlNetConfig(BlockStackConfig Stack, int[] ConditionWidths)
{
    public static ControlNetConfig Read(string path)
    {
        var json = JsonConfig.Read(path);
        json.Choice("_class_name", "ControlNetModel", "ControlNetModel");
        json.Choice("controlnet_conditioning_channel_order", "rgb", "rgb");
        json.RequireBool("global_pool_conditions", false);
        json.Int("conditioning_channels", 3, 3, 3);
        return new ControlNetConfig(
            BlockStackConfig.Read(json),
            json.IntList("conditioning_embedding_out_channels", 2, ConfigLimits.Blocks, 1, ConfigLimits.Channels));
    }
}
