using VideoGrain.Diffusion.Configuration;
using VideoGrain.Diffusion.Layers;
using VideoGrain.Tensors;

namespace VideoGrain.Diffusion.Vae;

/// <summary>The layers of an autoencoder; immutable, shared by all engines of a kind.</summary>
internal sealed class VaeWeights
{
    public VaeWeights(VaeConfig config, WeightSource source, AutoencoderHalves halves)
    {
        var latents = config.LatentChannels;
        Config = config;
        Encoder = Half(AutoencoderHalves.Encoder, half => BuildEncoder(config, half.At("encoder")));
        Mean = source.LinearRows("quant_conv", 2 * latents, 2 * latents, 0, latents);
        LogVariance = source.LinearRows("quant_conv", 2 * latents, 2 * latents, latents, latents);
        PostQuant = source.Linear("post_quant_conv", latents, latents);
        Decoder = Half(AutoencoderHalves.Decoder, half => BuildDecoder(config, half.At("decoder")));
        source.Finish();

        VaeLayers? Half(AutoencoderHalves half, Func<WeightSource, VaeLayers> build)
        {
            if (halves.HasFlag(half)) return build(source);
            build(source.CheckOnly());
            return null;
        }
    }

    public VaeConfig Config { get; }

    /// <summary>Null where only the decoder was asked for.</summary>
    public VaeLayers? Encoder { get; }

    /// <summary>The halves of the encoder's last 1x1 convolution: means first, log-variances second.</summary>
    public LinearWeight Mean { get; }

    public LinearWeight LogVariance { get; }

    public LinearWeight PostQuant { get; }

    /// <summary>Null where only the encoder was asked for.</summary>
    public VaeLayers? Decoder { get; }

    private static VaeLayers BuildEncoder(VaeConfig config, WeightSource source)
    {
        var widths = config.Widths;
        var layers = new VaeLayers();
        layers.Conv(source, "conv_in", config.ImageChannels, widths[0]);
        for (var level = 0; level < widths.Length; level++)
        {
            var block = source.At($"down_blocks.{level}");
            for (var i = 0; i < config.LayersPerBlock; i++)
                layers.Resnet(block.At($"resnets.{i}"), i == 0 && level > 0 ? widths[level - 1] : widths[level], widths[level], config.Groups);
            if (level < widths.Length - 1) layers.Halve(block, "downsamplers.0.conv", widths[level]);
        }

        layers.Middle(source.At("mid_block"), widths[^1], config.Groups);
        layers.NormSilu(source, "conv_norm_out", widths[^1], config.Groups);
        layers.Conv(source, "conv_out", widths[^1], 2 * config.LatentChannels);
        return layers;
    }

    private static VaeLayers BuildDecoder(VaeConfig config, WeightSource source)
    {
        var widths = config.Widths;
        var layers = new VaeLayers();
        layers.Conv(source, "conv_in", config.LatentChannels, widths[^1]);
        layers.Middle(source.At("mid_block"), widths[^1], config.Groups);
        for (var index = 0; index < widths.Length; index++)
        {
            var level = widths.Length - 1 - index;
            var block = source.At($"up_blocks.{index}");
            for (var i = 0; i <= config.LayersPerBlock; i++)
                layers.Resnet(block.At($"resnets.{i}"), i == 0 && index > 0 ? widths[level + 1] : widths[level], widths[level], config.Groups);
            if (level > 0) layers.Double(block, "upsamplers.0.conv", widths[level]);
        }

        layers.NormSilu(source, "conv_norm_out", widths[0], config.Groups);
        layers.Conv(source, "conv_out", widths[0], config.ImageChannels);
        return layers;
    }
}
