namespace VideoGrain.Bench.Models;

/// <summary>Sizes of the ControlNet of a UNet.</summary>
/// <param name="UNet">The UNet.</param>
internal sealed record ControlNetShape(UNetShape UNet)
{
    private const int ImageChannels = 3;

    // Channels of the stages that bring a control image down to the size of latents, as in every ControlNet for Stable Diffusion 1.x.
    private static readonly int[] ConditionWidths = [16, 32, 96, 256];

    /// <summary>The configuration file's content.</summary>
    public object Config => new
    {
        _class_name = "ControlNetModel",
        act_fn = "silu",
        attention_head_dim = UNetShape.Heads,
        block_out_channels = UNet.Widths,
        conditioning_embedding_out_channels = ConditionWidths,
        cross_attention_dim = UNet.TextWidth,
        down_block_types = UNet.Widths.Select((_, level) => level < UNet.Widths.Length - 1 ? "CrossAttnDownBlock2D" : "DownBlock2D"),
        flip_sin_to_cos = true,
        freq_shift = 0,
        in_channels = UNetShape.LatentChannels,
        layers_per_block = UNetShape.Layers,
        norm_num_groups = UNet.Groups,
        norm_eps = 1e-5,
    };

    /// <summary>The parameters.</summary>
    public WeightList Weights()
    {
        const string Condition = "controlnet_cond_embedding";
        var list = new WeightList();
        int[] skips = [.. UNet.Encoder(list).Reverse()];
        for (var i = 0; i < skips.Length; i++) list.Conv($"controlnet_down_blocks.{i}", skips[i], skips[i], 1);
        list.Conv("controlnet_mid_block", UNet.Widths[^1], UNet.Widths[^1], 1);
        list.Conv($"{Condition}.conv_in", ImageChannels, ConditionWidths[0]);
        for (var i = 0; i + 1 < ConditionWidths.Length; i++)
        {
            list.Conv($"{Condition}.blocks.{2 * i}", ConditionWidths[i], ConditionWidths[i]);
            list.Conv($"{Condition}.blocks.{(2 * i) + 1}", ConditionWidths[i], ConditionWidths[i + 1]);
        }

        list.Conv($"{Condition}.conv_out", ConditionWidths[^1], UNet.Widths[0]);
        return list;
    }
}
