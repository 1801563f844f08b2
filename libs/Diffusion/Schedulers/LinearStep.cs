using VideoGrain.Tensors;

namespace VideoGrain.Diffusion.Schedulers;

/// <summary>A deterministic scheduler step is linear: result = <paramref name="Sample"/> * sample + <paramref name="Noise"/> * noise.</summary>
/// <param name="Sample">Factor on the latent.</param>
/// <param name="Noise">Factor on the (predicted) noise.</param>
public readonly record struct LinearStep(float Sample, float Noise)
{
    /// <summary>Applies the step; the tensors have equal shapes.</summary>
    public Tensor Apply(IEngine engine, Tensor sample, Tensor noise) => engine.Combine(sample, Sample, noise, Noise);
}
