namespace VideoGrain.Bench.Models;

/// <summary>Sizes of a Stable Diffusion 1.x autoencoder.</summary>
/// <param name="Widths">Channels of each level, finest first.</param>
/// <param name="Layers">Resnets of an encoder level.</param>
/// <param name="Groups">Groups of the norms.</param>
internal sealed record VaeShape(int[] Widths, int Layers, int Groups)
{
    private const int LatentChannels = 4, ImageChannels = 3;

    /// <summary>The sizes of Stable Diffusion 1.5.</summary>
    public static VaeShape StableDiffusion { get; } = new([128, 256, 512, 512], 2, 32);

    /// <summary>A network of hardly any size, where a folder needs one that is not measured.</summary>
    public static VaeShape Tiny { get; } = new([8, 16, 16, 16], 1, 4);

    /// <summary>The configuration file's content.</summary>
    public object Config => new
    {
        _class_name = "AutoencoderKL",
        act_fn = "silu",
        block_out_channels = Widths,
        down_block_types = Widths.Select(_ => "DownEncoderBlock2D"),
        up_block_types = Widths.Select(_ => "UpDecoderBlock2D"),
        in_channels = ImageChannels,
        out_channels = ImageChannels,
        latent_channels = LatentChannels,
        layers_per_block = Layers,
        norm_num_groups = Groups,
        scaling_factor = 0.18215,
    };

    /// <summary>The parameters.</summary>
    public WeightList Weights()
    {
        var list = new WeightList();
        var last = Widths.Length - 1;
        list.Conv("encoder.conv_in", ImageChannels, Widths[0]);
        for (var level = 0; level <= last; level++)
        {
            for (var i = 0; i < Layers; i++)
                Resnet(list, $"encoder.down_blocks.{level}.resnets.{i}", i == 0 ? Widths[Math.Max(level - 1, 0)] : Widths[level], Widths[level]);
            if (level < last) list.Conv($"encoder.down_blocks.{level}.downsamplers.0.conv", Widths[level], Widths[level]);
        }

        Middle(list, "encoder.mid_block");
        list.Norm("encoder.conv_norm_out", Widths[last]);
        list.Conv("encoder.conv_out", Widths[last], 2 * LatentChannels);
        list.Conv("quant_conv", 2 * LatentChannels, 2 * LatentChannels, 1);
        list.Conv("post_quant_conv", LatentChannels, LatentChannels, 1);
        list.Conv("decoder.conv_in", LatentChannels, Widths[last]);
        Middle(list, "decoder.mid_block");
        for (var index = 0; index <= last; index++)
        {
            var level = last - index;
            for (var i = 0; i <= Layers; i++)
                Resnet(list, $"decoder.up_blocks.{index}.resnets.{i}", i == 0 ? Widths[Math.Min(level + 1, last)] : Widths[level], Widths[level]);
            if (level > 0) list.Conv($"decoder.up_blocks.{index}.upsamplers.0.conv", Widths[level], Widths[level]);
        }

        list.Norm("decoder.conv_norm_out", Widths[0]);
        list.Conv("decoder.conv_out", Widths[0], ImageChannels);
        return list;
    }

    private static void Resnet(WeightList list, string name, int inputs, int outputs)
    {
        list.Norm($"{name}.norm1", inputs);
        list.Conv($"{name}.conv1", inputs, outputs);
        list.Norm($"{name}.norm2", outputs);
        list.Conv($"{name}.conv2", outputs, outputs);
        if (inputs != outputs) list.Conv($"{name}.conv_shortcut", inputs, outputs, 1);
    }

    private void Middle(WeightList list, string name)
    {
        var width = Widths[^1];
        Resnet(list, $"{name}.resnets.0", width, width);
        list.Norm($"{name}.attentions.0.group_norm", width);
        foreach (var part in new[] { "to_q", "to_k", "to_v", "to_out.0" }) list.Linear($"{name}.attentions.0.{part}", width, width);
        Resnet(list, $"{name}.resnets.1", width, width);
    }
}
