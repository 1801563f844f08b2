namespace VideoGrain.Bench.Models;

/// <summary>Sizes of a Stable Diffusion 1.x UNet.</summary>
/// <param name="Widths">Channels of each level, finest first; all levels but the last attend.</param>
/// <param name="TextWidth">Channels of prompt embeddings.</param>
/// <param name="Groups">Groups of the norms.</param>
internal sealed record UNetShape(int[] Widths, int TextWidth, int Groups)
{
    /// <summary>Resnets of a level's encoder, heads of an attention, and channels of latents.</summary>
    public const int Layers = 2, Heads = 8, LatentChannels = 4;

    private const int FeedForwardFactor = 4, TimeFactor = 4;

    /// <summary>The sizes of Stable Diffusion 1.5.</summary>
    public static UNetShape StableDiffusion { get; } = new([320, 640, 1280, 1280], 768, 32);

    /// <summary>A network of hardly any size, where a folder needs one that is not measured.</summary>
    public static UNetShape Tiny(int textWidth) => new([16, 32], textWidth, 8);

    /// <summary>The configuration file's content.</summary>
    public object Config => new
    {
        _class_name = "UNet2DConditionModel",
        act_fn = "silu",
        attention_head_dim = Heads,
        block_out_channels = Widths,
        cross_attention_dim = TextWidth,
        down_block_types = Widths.Select((_, level) => level < Widths.Length - 1 ? "CrossAttnDownBlock2D" : "DownBlock2D"),
        up_block_types = Widths.Select((_, index) => index > 0 ? "CrossAttnUpBlock2D" : "UpBlock2D"),
        flip_sin_to_cos = true,
        freq_shift = 0,
        in_channels = LatentChannels,
        out_channels = LatentChannels,
        layers_per_block = Layers,
        norm_num_groups = Groups,
        norm_eps = 1e-5,
    };

    /// <summary>The parameters.</summary>
    public WeightList Weights()
    {
        var list = new WeightList();
        var skips = Encoder(list);
        var last = Widths.Length - 1;
        var inputs = Widths[last];
        for (var index = 0; index <= last; index++)
        {
            var level = last - index;
            for (var i = 0; i <= Layers; i++)
            {
                Resnet(list, $"up_blocks.{index}.resnets.{i}", inputs + skips.Pop(), Widths[level]);
                if (index > 0) Transformer(list, $"up_blocks.{index}.attentions.{i}", Widths[level]);
                inputs = Widths[level];
            }

            if (level > 0) list.Conv($"up_blocks.{index}.upsamplers.0.conv", Widths[level], Widths[level]);
        }

        list.Norm("conv_norm_out", Widths[0]);
        list.Conv("conv_out", Widths[0], LatentChannels);
        return list;
    }

    /// <summary>The parameters of the encoder and the middle, which a ControlNet has too. Returns the channels of the skip connections.</summary>
    public Stack<int> Encoder(WeightList list)
    {
        list.Conv("conv_in", LatentChannels, Widths[0]);
        list.Linear("time_embedding.linear_1", Widths[0], TimeFactor * Widths[0]);
        list.Linear("time_embedding.linear_2", TimeFactor * Widths[0], TimeFactor * Widths[0]);
        var skips = new Stack<int>([Widths[0]]);
        var last = Widths.Length - 1;
        for (var level = 0; level <= last; level++)
        {
            for (var i = 0; i < Layers; i++)
            {
                Resnet(list, $"down_blocks.{level}.resnets.{i}", i == 0 ? Widths[Math.Max(level - 1, 0)] : Widths[level], Widths[level]);
                if (level < last) Transformer(list, $"down_blocks.{level}.attentions.{i}", Widths[level]);
                skips.Push(Widths[level]);
            }

            if (level == last) continue;
            list.Conv($"down_blocks.{level}.downsamplers.0.conv", Widths[level], Widths[level]);
            skips.Push(Widths[level]);
        }

        Resnet(list, "mid_block.resnets.0", Widths[last], Widths[last]);
        Transformer(list, "mid_block.attentions.0", Widths[last]);
        Resnet(list, "mid_block.resnets.1", Widths[last], Widths[last]);
        return skips;
    }

    private void Resnet(WeightList list, string name, int inputs, int outputs)
    {
        list.Norm($"{name}.norm1", inputs);
        list.Conv($"{name}.conv1", inputs, outputs);
        list.Linear($"{name}.time_emb_proj", TimeFactor * Widths[0], outputs);
        list.Norm($"{name}.norm2", outputs);
        list.Conv($"{name}.conv2", outputs, outputs);
        if (inputs != outputs) list.Conv($"{name}.conv_shortcut", inputs, outputs, 1);
    }

    private void Transformer(WeightList list, string name, int width)
    {
        list.Norm($"{name}.norm", width);
        list.Conv($"{name}.proj_in", width, width, 1);
        var block = $"{name}.transformer_blocks.0";
        foreach (var (attention, keyWidth) in new[] { ("attn1", width), ("attn2", TextWidth) })
        {
            list.Linear($"{block}.{attention}.to_q", width, width, bias: false);
            list.Linear($"{block}.{attention}.to_k", keyWidth, width, bias: false);
            list.Linear($"{block}.{attention}.to_v", keyWidth, width, bias: false);
            list.Linear($"{block}.{attention}.to_out.0", width, width);
        }

        list.Linear($"{block}.ff.net.0.proj", width, 2 * FeedForwardFactor * width);
        list.Linear($"{block}.ff.net.2", FeedForwardFactor * width, width);
        for (var i = 1; i <= 3; i++) list.Norm($"{block}.norm{i}", width);
        list.Conv($"{name}.proj_out", width, width, 1);
    }
}
