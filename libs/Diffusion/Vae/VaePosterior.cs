using VideoGrain.Tensors;

namespace VideoGrain.Diffusion.Vae;

/// <summary>The encoder's result: an independent normal distribution for every latent value. Lives in the scope it was made in.</summary>
public sealed class VaePosterior : IDisposable
{
    // Bounds that diffusers puts on the log-variance before it is exponentiated.
    private const float LowestLogVariance = -30, HighestLogVariance = 20;

    private readonly IEngine _engine;
    private readonly float _scalingFactor;

    internal VaePosterior(IEngine engine, float scalingFactor, Tensor mean, Tensor logVariance)
    {
        _engine = engine;
        _scalingFactor = scalingFactor;
        Mean = mean;
        LogVariance = logVariance;
    }

    /// <summary>[frames, h, w, channels], not scaled.</summary>
    public Tensor Mean { get; }

    /// <summary>[frames, h, w, channels], as the encoder gave it.</summary>
    public Tensor LogVariance { get; }

    /// <summary>The means as latents: multiplied by the scaling factor.</summary>
    public Tensor MeanLatents() => _engine.Affine(Mean, _scalingFactor);

    /// <summary>A draw as latents: scaling factor * (mean + deviation * noise).</summary>
    /// <param name="noise">Standard normal noise, one value a latent value, in the order of <see cref="Mean"/>.</param>
    /// <exception cref="ArgumentException"><paramref name="noise"/> has another length.</exception>
    public Tensor SampleLatents(ReadOnlySpan<float> noise)
    {
        if (noise.Length != Mean.ElementCount)
            throw new ArgumentException($"has {noise.Length} values, {Mean.ElementCount} are needed", nameof(noise));
        var mean = new float[noise.Length];
        var latents = new float[noise.Length];
        _engine.Download(Mean, mean);
        _engine.Download(LogVariance, latents);
        for (var i = 0; i < latents.Length; i++)
        {
            var deviation = MathF.Exp(0.5f * Math.Clamp(latents[i], LowestLogVariance, HighestLogVariance));
            latents[i] = _scalingFactor * (mean[i] + deviation * noise[i]);
        }

        return _engine.Upload(latents, Mean.Shape);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Mean.Dispose();
        LogVariance.Dispose();
    }
}
