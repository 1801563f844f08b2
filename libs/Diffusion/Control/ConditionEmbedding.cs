using VideoGrain.Diffusion.Layers;
using VideoGrain.Tensors;

namespace VideoGrain.Diffusion.Control;

/// <summary>Brings control images down to latent size: pairs of convolutions, the second of each halving the image.</summary>
internal sealed class ConditionEmbedding
{
    private const int ImageChannels = 3;

    private readonly ConvWeight _in, _out;
    private readonly (ConvWeight Same, ConvWeight Halving)[] _stages;

    public ConditionEmbedding(WeightSource root, int[] widths, int outputs)
    {
        var source = root.At("controlnet_cond_embedding");
        _in = source.Conv("conv_in", ImageChannels, widths[0]);
        _stages = new (ConvWeight, ConvWeight)[widths.Length - 1];
        for (var i = 0; i < _stages.Length; i++)
        {
            var same = source.Conv($"blocks.{2 * i}", widths[i], widths[i]);
            _stages[i] = (same, source.HalvingConv($"blocks.{2 * i + 1}", widths[i], widths[i + 1], Padding2d.Symmetric(1)));
        }

        _out = source.Conv("conv_out", widths[^1], outputs);
    }

    /// <summary>Pixels of a control image per latent pixel, along each side.</summary>
    public int Downscale => 1 << _stages.Length;

    public Tensor Forward(IEngine engine, Tensor images)
    {
        if (images.Rank != 4 || images[3] != ImageChannels || images[1] % Downscale != 0 || images[2] % Downscale != 0)
        {
            throw new ArgumentException(
                $"must be [frames, h, w, {ImageChannels}] with h and w multiples of {Downscale}, is [{string.Join(", ", images.Shape.ToArray())}]",
                nameof(images));
        }

        using var scope = engine.BeginScope();
        var x = Convolve(images, _in);
        foreach (var (same, halving) in _stages)
        {
            x = Consume(x, same);
            x = Consume(x, halving);
        }

        return scope.Keep(engine.Conv2d(x, _out));

        Tensor Consume(Tensor input, ConvWeight weight)
        {
            var result = Convolve(input, weight);
            input.Dispose();
            return result;
        }

        Tensor Convolve(Tensor input, ConvWeight weight)
        {
            using var convolved = engine.Conv2d(input, weight);
            return engine.Activate(convolved, Activation.Silu);
        }
    }
}
