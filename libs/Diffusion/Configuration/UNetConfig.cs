namespace VideoGrain.Diffusion.Configuration;

/// <summary>Configuration of a UNet2DConditionModel.</summary>
/// <param name="Stack">What it shares with a ControlNet.</param>
/// <param name="UpAttention">Whether each decoder block, coarsest first, has transformers.</param>
/// <param name="OutChannels">Channels of the predicted noise.</param>
internal sealed record UNetConfig(BlockStackConfig Stack, bool[] UpAttention, int OutChannels)
{
    public static UNetConfig Read(string path)
    {
        var json = JsonConfig.Read(path);
        json.Choice("_class_name", "UNet2DConditionModel", "UNet2DConditionModel");
        var stack = BlockStackConfig.Read(json);
        var types = json.StringList("up_block_types", stack.Levels, stack.Levels);
        var outChannels = json.Int("out_channels", 1, ConfigLimits.Channels, 4);
        if (stack.InChannels != outChannels)
            throw json.Fail("in_channels", $"is {stack.InChannels} but out_channels is {outChannels}; inpainting and instruction models are not supported");
        return new UNetConfig(
            stack,
            [.. types.Select(type => BlockStackConfig.HasAttention(json, "up_block_types", type, "UpBlock2D", "CrossAttnUpBlock2D"))],
            outChannels);
    }
}
