namespace VideoGrain.Diffusion.Configuration;

/// <summary>What UNet and ControlNet configurations have in common: the encoder half, its transformers and the timestep embedding.</summary>
internal sealed record BlockStackConfig
{
    public required int InChannels { get; init; }

    /// <summary>Channels of each level, finest first.</summary>
    public required int[] Widths { get; init; }

    /// <summary>Whether the encoder block of each level has transformers.</summary>
    public required bool[] DownAttention { get; init; }

    /// <summary>Attention heads of each level.</summary>
    public required int[] Heads { get; init; }

    /// <summary>Transformer blocks in each transformer of a level.</summary>
    public required int[] TransformerDepth { get; init; }

    public required int LayersPerBlock { get; init; }

    public required int Groups { get; init; }

    public required float NormEpsilon { get; init; }

    public required int TextWidth { get; init; }

    public required bool FlipSinToCos { get; init; }

    public required double FrequencyShift { get; init; }

    public int Levels => Widths.Length;

    /// <summary>Width of the timestep embedding: four times the finest level, as in every Stable Diffusion 1.x model.</summary>
    public int TimeWidth => Widths[0] * 4;

    public static BlockStackConfig Read(JsonConfig json)
    {
        json.Choice("act_fn", "silu", "silu", "swish");
        json.Choice("resnet_time_scale_shift", "default", "default");
        json.Choice("mid_block_type", "UNetMidBlock2DCrossAttn", "UNetMidBlock2DCrossAttn");
        json.RequireNull("class_embed_type");
        json.RequireNull("num_class_embeds");
        json.RequireNull("addition_embed_type");
        json.RequireNull("time_cond_proj_dim");
        json.RequireNull("encoder_hid_dim");
        json.RequireNull("time_embedding_dim");
        json.RequireNull("time_embedding_act_fn");
        json.RequireNull("timestep_post_act");
        json.RequireNull("cross_attention_norm");
        json.Choice("time_embedding_type", "positional", "positional");
        json.Choice("attention_type", "default", "default");
        json.RequireBool("resnet_skip_time_act", false);
        json.Number("resnet_out_scale_factor", 1, 1, 1);
        json.Int("conv_in_kernel", 3, 3, 3);
        json.Int("conv_out_kernel", 3, 3, 3);
        json.RequireBool("center_input_sample", false);
        json.RequireBool("only_cross_attention", false);
        json.RequireBool("dual_cross_attention", false);
        json.Int("downsample_padding", 1, 1, 1);
        json.Number("mid_block_scale_factor", 1, 1, 1);

        var widths = json.IntList("block_out_channels", 1, ConfigLimits.Blocks, 1, ConfigLimits.Channels);
        var types = json.StringList("down_block_types", widths.Length, widths.Length);
        var groups = json.Int("norm_num_groups", 1, ConfigLimits.Channels, 32);

        // In 1.x configurations attention_head_dim is, against its name, the number of heads.
        var headsField = json.Has("num_attention_heads") ? "num_attention_heads" : "attention_head_dim";
        var heads = json.IntOrList(headsField, widths.Length, 1, ConfigLimits.Heads, 8);
        for (var level = 0; level < widths.Length; level++)
        {
            if (widths[level] % groups != 0)
                throw json.Fail("norm_num_groups", $"is {groups}, which does not divide block_out_channels' {widths[level]}");
            if (widths[level] % heads[level] != 0)
                throw json.Fail(headsField, $"asks for {heads[level]} heads, which do not divide block_out_channels' {widths[level]}");
        }

        if (widths[0] % 2 != 0) throw json.Fail("block_out_channels", $"starts with {widths[0]}, which must be even");
        return new BlockStackConfig
        {
            InChannels = json.Int("in_channels", 1, ConfigLimits.Channels, 4),
            Widths = widths,
            DownAttention = [.. types.Select(type => HasAttention(json, "down_block_types", type, "DownBlock2D", "CrossAttnDownBlock2D"))],
            Heads = heads,
            TransformerDepth = json.IntOrList("transformer_layers_per_block", widths.Length, 1, ConfigLimits.LayersPerBlock, 1),
            LayersPerBlock = json.Int("layers_per_block", 1, ConfigLimits.LayersPerBlock, 2),
            Groups = groups,
            NormEpsilon = (float)json.Number("norm_eps", 0, 1, 1e-5),
            TextWidth = json.Int("cross_attention_dim", 1, ConfigLimits.Channels),
            FlipSinToCos = json.Bool("flip_sin_to_cos", true),
            FrequencyShift = json.Number("freq_shift", -1, 1, 0),
        };
    }

    public static bool HasAttention(JsonConfig json, string field, string type, string plain, string attending) =>
        type == attending || (type == plain ? false : throw json.Fail(field, $"has '{ModelFormatException.Printable(type)}', supported: {plain}, {attending}"));
}
