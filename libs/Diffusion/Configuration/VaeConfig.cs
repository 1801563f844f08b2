namespace VideoGrain.Diffusion.Configuration;

/// <summary>Configuration of an AutoencoderKL.</summary>
internal sealed record VaeConfig
{
    public required int ImageChannels { get; init; }

    public required int LatentChannels { get; init; }

    /// <summary>Channels of each level, finest first.</summary>
    public required int[] Widths { get; init; }

    public required int LayersPerBlock { get; init; }

    public required int Groups { get; init; }

    /// <summary>What encoded latents are multiplied by before diffusion.</summary>
    public required float ScalingFactor { get; init; }

    /// <summary>Pixels per latent pixel along each side.</summary>
    public int Downscale => 1 << (Widths.Length - 1);

    public static VaeConfig Read(string path)
    {
        const double PublishedScalingFactor = 0.18215;
        var json = JsonConfig.Read(path);
        json.Choice("_class_name", "AutoencoderKL", "AutoencoderKL");
        json.Choice("act_fn", "silu", "silu", "swish");
        json.RequireNull("latents_mean");
        json.RequireNull("latents_std");
        json.RequireBool("mid_block_add_attention", true);
        json.RequireBool("use_quant_conv", true);
        json.RequireBool("use_post_quant_conv", true);
        if (json.Number("shift_factor", -1e6, 1e6, 0) != 0) throw json.Fail("shift_factor", "is not 0, which is not supported");

        var widths = json.IntList("block_out_channels", 1, ConfigLimits.Blocks, 1, ConfigLimits.Channels);
        foreach (var type in json.StringList("down_block_types", widths.Length, widths.Length))
        {
            if (type != "DownEncoderBlock2D")
                throw json.Fail("down_block_types", $"has '{ModelFormatException.Printable(type)}', supported: DownEncoderBlock2D");
        }

        foreach (var type in json.StringList("up_block_types", widths.Length, widths.Length))
        {
            if (type != "UpDecoderBlock2D")
                throw json.Fail("up_block_types", $"has '{ModelFormatException.Printable(type)}', supported: UpDecoderBlock2D");
        }

        var groups = json.Int("norm_num_groups", 1, ConfigLimits.Channels, 32);
        foreach (var width in widths)
        {
            if (width % groups != 0) throw json.Fail("norm_num_groups", $"is {groups}, which does not divide block_out_channels' {width}");
        }

        var imageChannels = json.Int("in_channels", 3, 3, 3);
        json.Int("out_channels", 3, 3, 3);
        return new VaeConfig
        {
            ImageChannels = imageChannels,
            LatentChannels = json.Int("latent_channels", 1, ConfigLimits.Channels, 4),
            Widths = widths,
            LayersPerBlock = json.Int("layers_per_block", 1, ConfigLimits.LayersPerBlock, 1),
            Groups = groups,
            ScalingFactor = (float)json.Number("scaling_factor", 1e-6, 1e6, PublishedScalingFactor),
        };
    }
}
