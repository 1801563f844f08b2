using VideoGrain.Tensors;

namespace VideoGrain.Diffusion.Schedulers;

/// <summary>How much of a clean latent is left at each training timestep.</summary>
public sealed class NoiseSchedule
{
    private readonly float[] _alphasCumprod;

    /// <summary>Computes the schedule.</summary>
    public NoiseSchedule(SchedulerConfig config)
    {
        Config = config;
        _alphasCumprod = Accumulate(config);
        BoundaryAlpha = config.SetAlphaToOne ? 1 : _alphasCumprod[0];
    }

    /// <summary>What the schedule was made from.</summary>
    public SchedulerConfig Config { get; }

    /// <summary>Cumulative product of 1 - beta, one value a training timestep: the share of signal variance left.</summary>
    public IReadOnlyList<float> AlphasCumprod => _alphasCumprod;

    /// <summary>The value taken for a timestep before the first.</summary>
    public float BoundaryAlpha { get; }

    /// <summary>The cumulative alpha of a timestep; <see cref="BoundaryAlpha"/> for a negative one.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The timestep lies beyond training.</exception>
    public float AlphaAt(int timestep)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(timestep, _alphasCumprod.Length);
        return timestep < 0 ? BoundaryAlpha : _alphasCumprod[timestep];
    }

    /// <summary>Coefficients of the forward process: noisy = first * clean + second * noise.</summary>
    public LinearStep NoiseCoefficients(int timestep)
    {
        double alpha = AlphaAt(timestep);
        return new LinearStep((float)Math.Sqrt(alpha), (float)Math.Sqrt(1 - alpha));
    }

    /// <summary>Coefficients of the clean latent predicted from a noisy one: clean = first * noisy + second * predicted noise.</summary>
    public LinearStep CleanCoefficients(int timestep)
    {
        double alpha = AlphaAt(timestep);
        return new LinearStep((float)(1 / Math.Sqrt(alpha)), (float)-Math.Sqrt((1 - alpha) / alpha));
    }

    /// <summary>Noises a clean latent to a timestep (the published <c>add_noise</c>).</summary>
    /// <param name="engine">Engine of the tensors.</param>
    /// <param name="clean">Latents, any shape.</param>
    /// <param name="noise">Standard normal noise of the same shape.</param>
    /// <param name="timestep">Training timestep.</param>
    public Tensor AddNoise(IEngine engine, Tensor clean, Tensor noise, int timestep) =>
        NoiseCoefficients(timestep).Apply(engine, clean, noise);

    /// <summary>
    /// Moves along the deterministic DDIM trajectory (eta 0): the clean latent predicted at <paramref name="from"/> is noised again, with the
    /// same predicted noise, to <paramref name="to"/>.
    /// </summary>
    internal LinearStep Move(int from, int to)
    {
        double alphaFrom = AlphaAt(from), alphaTo = AlphaAt(to);
        var signal = Math.Sqrt(alphaTo / alphaFrom);
        return new LinearStep((float)signal, (float)(Math.Sqrt(1 - alphaTo) - signal * Math.Sqrt(1 - alphaFrom)));
    }

    /// <summary>Betas are rounded to fp32 and the product is accumulated in double, as the trained schedules were made.</summary>
    private static float[] Accumulate(SchedulerConfig config)
    {
        var alphas = new float[config.TrainTimesteps];
        double product = 1;
        for (var t = 0; t < alphas.Length; t++)
        {
            product *= 1 - Beta(config, t);
            alphas[t] = (float)product;
        }

        return alphas;
    }

    private static float Beta(SchedulerConfig config, int timestep)
    {
        if (config.TrainedBetas is { } trained) return trained[timestep];
        var position = (double)timestep / (config.TrainTimesteps - 1);
        if (!config.ScaledLinear) return (float)(config.BetaStart + position * (config.BetaEnd - config.BetaStart));
        double start = Math.Sqrt(config.BetaStart), end = Math.Sqrt(config.BetaEnd);
        var root = (float)(start + position * (end - start));
        return root * root;
    }
}
