using VideoGrain.Diffusion.Layers;
using VideoGrain.Tensors;

namespace VideoGrain.Diffusion.Vae;

/// <summary>A run of VAE layers; each takes over its input.</summary>
internal sealed class VaeLayers
{
    /// <summary>Epsilon of all norms.</summary>
    public const float NormEpsilon = 1e-6f;

    private readonly List<Func<Pass, Tensor, Tensor>> _layers = [];

    public void Resnet(WeightSource source, int inputs, int outputs, int groups)
    {
        var block = new ResnetBlock(source, inputs, outputs, timeWidth: null, groups, NormEpsilon);
        _layers.Add(block.Forward);
    }

    public void Attention(WeightSource source, int channels, int groups)
    {
        var attention = new VaeAttention(source, channels, groups);
        _layers.Add((pass, x) => attention.Forward(pass.Engine, x));
    }

    public void Conv(WeightSource source, string name, int inputs, int outputs)
    {
        var weight = source.Conv(name, inputs, outputs);
        _layers.Add((pass, x) => pass.Engine.Conv2d(x, weight));
    }

    /// <summary>Halves the image; only the lower and right edges are padded.</summary>
    public void Halve(WeightSource source, string name, int channels)
    {
        var weight = source.HalvingConv(name, channels, channels, new Padding2d(0, 0, 1, 1));
        _layers.Add((pass, x) => pass.Engine.Conv2d(x, weight));
    }

    public void Double(WeightSource source, string name, int channels)
    {
        var weight = source.Conv(name, channels, channels);
        _layers.Add((pass, x) =>
        {
            using var doubled = pass.Engine.UpsampleNearest2x(x);
            return pass.Engine.Conv2d(doubled, weight);
        });
    }

    public void NormSilu(WeightSource source, string name, int channels, int groups)
    {
        var weight = source.Norm(name, channels);
        _layers.Add((pass, x) => pass.Engine.GroupNorm(x, weight, groups, NormEpsilon, imagesPerStatistic: 1, Activation.Silu));
    }

    public void Middle(WeightSource source, int channels, int groups)
    {
        Resnet(source.At("resnets.0"), channels, channels, groups);
        Attention(source.At("attentions.0"), channels, groups);
        Resnet(source.At("resnets.1"), channels, channels, groups);
    }

    /// <summary>Runs all layers on images [n, h, w, c]; the input stays the caller's.</summary>
    public Tensor Forward(IEngine engine, Tensor images)
    {
        // Every image is a clip of its own: no norm looks beyond it.
        var pass = new Pass { Engine = engine, Branches = images[0], Frames = 1 };
        using var scope = engine.BeginScope();
        var x = images;
        foreach (var layer in _layers)
        {
            var next = layer(pass, x);
            if (x != images) x.Dispose();
            x = next;
        }

        return scope.Keep(x);
    }
}
