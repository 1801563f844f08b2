using VideoGrain.Diffusion.Configuration;
using VideoGrain.Diffusion.UNet;
using VideoGrain.Tensors;

namespace VideoGrain.Diffusion.Layers;

/// <summary>One level of a UNet's or ControlNet's encoder: resnets, each followed by a transformer where the level has them, then a halving.</summary>
internal sealed class DownBlock
{
    private readonly ResnetBlock[] _resnets;
    private readonly SpatialTransformer[] _transformers;
    private readonly ConvWeight? _downsampler;
    private readonly string _downsamplerName;

    /// <summary>Takes the weights of one level.</summary>
    /// <param name="root">Standing at the root of the network.</param>
    /// <param name="stack">Configuration of the network.</param>
    /// <param name="level">Which level, finest first.</param>
    /// <param name="register">Told of every transformer block.</param>
    public DownBlock(WeightSource root, BlockStackConfig stack, int level, Func<TransformerBlock, int> register)
    {
        var source = root.At($"down_blocks.{level}");
        var width = stack.Widths[level];
        _resnets = new ResnetBlock[stack.LayersPerBlock];
        _transformers = new SpatialTransformer[stack.DownAttention[level] ? stack.LayersPerBlock : 0];
        for (var i = 0; i < _resnets.Length; i++)
        {
            var inputs = i > 0 || level == 0 ? width : stack.Widths[level - 1];
            var site = NetworkSites.Resnet(UNetBlock.Down, level, i, level);
            _resnets[i] = new ResnetBlock(source.At($"resnets.{i}"), inputs, width, stack.TimeWidth, stack.Groups, stack.NormEpsilon, site);
            if (i < _transformers.Length)
                _transformers[i] = new SpatialTransformer(source.At($"attentions.{i}"), stack, NetworkSites.Attention(UNetBlock.Down, level, i, level), register);
        }

        _downsamplerName = source.Full("downsamplers.0");
        if (level < stack.Levels - 1) _downsampler = source.HalvingConv("downsamplers.0.conv", width, width, Padding2d.Symmetric(1));
    }

    /// <summary>Runs the level. Every result that the decoder will want goes to <paramref name="skips"/>, the returned one included.</summary>
    public Tensor Forward(Pass pass, Tensor x, List<Tensor> skips)
    {
        for (var i = 0; i < _resnets.Length; i++)
        {
            var hidden = _resnets[i].Forward(pass, x);
            if (i < _transformers.Length)
            {
                x = _transformers[i].Forward(pass, hidden);
                hidden.Dispose();
            }
            else
            {
                x = hidden;
            }

            skips.Add(x);
        }

        if (_downsampler is null) return x;
        x = pass.Observe(_downsamplerName, pass.Engine.Conv2d(x, _downsampler));
        skips.Add(x);
        return x;
    }
}
