using VideoGrain.Diffusion.Configuration;
using VideoGrain.Diffusion.Layers;
using VideoGrain.Diffusion.UNet;
using VideoGrain.Tensors;

namespace VideoGrain.Diffusion.Control;

/// <summary>The layers of a ControlNet; immutable, shared by all engines of a kind.</summary>
internal sealed class ControlNetWeights
{
    public ControlNetWeights(ControlNetConfig config, WeightSource source)
    {
        var stack = config.Stack;
        Config = config;
        Input = source.Conv("conv_in", stack.InChannels, stack.Widths[0]);
        Condition = new ConditionEmbedding(source, config.ConditionWidths, stack.Widths[0]);
        Time = new TimestepEmbedding(source, stack);
        Down = [.. Enumerable.Range(0, stack.Levels).Select(level => new DownBlock(source, stack, level, TextKeys.Register))];
        Middle = new MiddleBlock(source, stack, TextKeys.Register);
        Outputs = [.. UNetWeights.SkipWidths(stack).Reverse().Select((width, i) => source.Linear($"controlnet_down_blocks.{i}", width, width))];
        MiddleOutput = source.Linear("controlnet_mid_block", stack.Widths[^1], stack.Widths[^1]);
        source.Finish();
    }

    public ControlNetConfig Config { get; }

    public ConvWeight Input { get; }

    public ConditionEmbedding Condition { get; }

    public TimestepEmbedding Time { get; }

    public DownBlock[] Down { get; }

    public MiddleBlock Middle { get; }

    public LinearWeight[] Outputs { get; }

    public LinearWeight MiddleOutput { get; }

    public TextKeys TextKeys { get; } = new();
}
