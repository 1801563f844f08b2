using VideoGrain.Tensors;

namespace VideoGrain.Diffusion.Schedulers;

/// <summary>
/// DDIM run backwards, from a clean latent to noise. The step at timestep t uses the noise predicted at t and moves from
/// alpha(t) to alpha(t + stride). The list starts one stride before the first denoising timestep, that is below zero (-19 for 50
/// steps); the published program leaves this first entry out and starts at the second.
/// </summary>
public sealed class DdimInverseScheduler
{
    private readonly int[] _timesteps;
    private readonly int _stride;

    /// <summary>Lays out the timesteps.</summary>
    /// <param name="schedule">Noise schedule of the model.</param>
    /// <param name="steps">Number of inverse steps, at least 1, the first (negative) one included.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="steps"/> is out of range.</exception>
    public DdimInverseScheduler(NoiseSchedule schedule, int steps)
    {
        _stride = LeadingTimesteps.Stride(schedule.Config, steps);
        _timesteps = [.. LeadingTimesteps.Ascending(schedule.Config, steps).Select(t => t - _stride)];
        Schedule = schedule;
    }

    /// <summary>Noise schedule of the model.</summary>
    public NoiseSchedule Schedule { get; }

    /// <summary>Timesteps in the order of inversion, such as -19, 1, 21, ..., 961 for 50 steps.</summary>
    public IReadOnlyList<int> Timesteps => _timesteps;

    /// <summary>Timestep at which the result of the step at <paramref name="timestep"/> lies.</summary>
    public int Next(int timestep) => timestep + _stride;

    /// <summary>Coefficients of the step from <paramref name="timestep"/> to <see cref="Next"/>.</summary>
    public LinearStep Coefficients(int timestep) => Schedule.Move(timestep, Next(timestep));

    /// <summary>One inversion step.</summary>
    /// <param name="engine">Engine of the tensors.</param>
    /// <param name="sample">Latents at <paramref name="timestep"/>.</param>
    /// <param name="predictedNoise">The UNet's prediction for them, of the same shape.</param>
    /// <param name="timestep">A timestep, normally one of <see cref="Timesteps"/>; may be negative.</param>
    public Tensor Step(IEngine engine, Tensor sample, Tensor predictedNoise, int timestep) =>
        Coefficients(timestep).Apply(engine, sample, predictedNoise);
}
