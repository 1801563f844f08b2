using VideoGrain.Diffusion.Configuration;
using VideoGrain.Diffusion.Layers;
using VideoGrain.Tensors;

namespace VideoGrain.Diffusion.UNet;

/// <summary>The layers of a UNet; immutable, shared by all engines of a kind.</summary>
internal sealed class UNetWeights
{
    public UNetWeights(UNetConfig config, WeightSource source)
    {
        var stack = config.Stack;
        Config = config;
        Input = source.Conv("conv_in", stack.InChannels, stack.Widths[0]);
        Time = new TimestepEmbedding(source, stack);
        Down = [.. Enumerable.Range(0, stack.Levels).Select(level => new DownBlock(source, stack, level, TextKeys.Register))];
        Middle = new MiddleBlock(source, stack, TextKeys.Register);
        var skipWidths = SkipWidths(stack);
        SkipCount = skipWidths.Count;
        Up = [.. Enumerable.Range(0, stack.Levels).Select(index => new UpBlock(source, config, index, skipWidths, TextKeys.Register))];
        OutputNorm = source.Norm("conv_norm_out", stack.Widths[0]);
        Output = source.Conv("conv_out", stack.Widths[0], config.OutChannels);
        source.Finish();
    }

    public UNetConfig Config { get; }

    public ConvWeight Input { get; }

    public TimestepEmbedding Time { get; }

    public DownBlock[] Down { get; }

    public MiddleBlock Middle { get; }

    public UpBlock[] Up { get; }

    public NormWeight OutputNorm { get; }

    public ConvWeight Output { get; }

    /// <summary>Number of features that encoder and decoder exchange.</summary>
    public int SkipCount { get; }

    public TextKeys TextKeys { get; } = new();

    /// <summary>Channels of the encoder's features in the order in which they are made.</summary>
    public static Stack<int> SkipWidths(BlockStackConfig stack)
    {
        var widths = new Stack<int>([stack.Widths[0]]);
        for (var level = 0; level < stack.Levels; level++)
        {
            var count = stack.LayersPerBlock + (level < stack.Levels - 1 ? 1 : 0);
            for (var i = 0; i < count; i++) widths.Push(stack.Widths[level]);
        }

        return widths;
    }
}
