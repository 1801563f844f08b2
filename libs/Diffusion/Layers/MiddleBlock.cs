using VideoGrain.Diffusion.Configuration;
using VideoGrain.Diffusion.UNet;
using VideoGrain.Tensors;

namespace VideoGrain.Diffusion.Layers;

/// <summary>The bottleneck: a resnet, a transformer, a resnet.</summary>
internal sealed class MiddleBlock
{
    /// <summary>Parameter prefix.</summary>
    public const string Name = "mid_block";

    private readonly ResnetBlock _first, _second;
    private readonly SpatialTransformer _transformer;

    public MiddleBlock(WeightSource root, BlockStackConfig stack, Func<TransformerBlock, int> register)
    {
        var source = root.At(Name);
        var level = stack.Levels - 1;
        var width = stack.Widths[level];
        _first = Resnet(0);
        _transformer = new SpatialTransformer(source.At("attentions.0"), stack, NetworkSites.Attention(UNetBlock.Middle, 0, 0, level), register);
        _second = Resnet(1);

        ResnetBlock Resnet(int index) => new(
            source.At($"resnets.{index}"), width, width, stack.TimeWidth, stack.Groups, stack.NormEpsilon,
            NetworkSites.Resnet(UNetBlock.Middle, 0, index, level));
    }

    public Tensor Forward(Pass pass, Tensor x)
    {
        var hidden = _first.Forward(pass, x);
        var attended = _transformer.Forward(pass, hidden);
        hidden.Dispose();
        var result = _second.Forward(pass, attended);
        attended.Dispose();
        return result;
    }
}
