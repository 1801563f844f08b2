using VideoGrain.Tensors;

namespace VideoGrain.Diffusion.Schedulers;

/// <summary>DDIM denoising with eta 0 and "leading" timesteps: N equally spaced ones from high noise to low.</summary>
public sealed class DdimScheduler
{
    private readonly int[] _timesteps;
    private readonly int _stride;

    /// <summary>Lays out the timesteps.</summary>
    /// <param name="schedule">Noise schedule of the model.</param>
    /// <param name="steps">Number of denoising steps, at least 1; the largest timestep must lie inside training.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="steps"/> is out of range.</exception>
    public DdimScheduler(NoiseSchedule schedule, int steps)
    {
        _stride = LeadingTimesteps.Stride(schedule.Config, steps);
        _timesteps = [.. LeadingTimesteps.Ascending(schedule.Config, steps).Reverse()];
        Schedule = schedule;
    }

    /// <summary>Noise schedule of the model.</summary>
    public NoiseSchedule Schedule { get; }

    /// <summary>Timesteps in the order of denoising, such as 981, 961, ..., 1 for 50 steps.</summary>
    public IReadOnlyList<int> Timesteps => _timesteps;

    /// <summary>Timestep at which the result of the step at <paramref name="timestep"/> lies; negative after the last.</summary>
    public int Previous(int timestep) => timestep - _stride;

    /// <summary>Coefficients of the step from <paramref name="timestep"/> to <see cref="Previous"/>.</summary>
    public LinearStep Coefficients(int timestep) => Schedule.Move(timestep, Previous(timestep));

    /// <summary>One denoising step.</summary>
    /// <param name="engine">Engine of the tensors.</param>
    /// <param name="sample">Latents at <paramref name="timestep"/>.</param>
    /// <param name="predictedNoise">The UNet's prediction for them, of the same shape.</param>
    /// <param name="timestep">A training timestep, normally one of <see cref="Timesteps"/>.</param>
    public Tensor Step(IEngine engine, Tensor sample, Tensor predictedNoise, int timestep) =>
        Coefficients(timestep).Apply(engine, sample, predictedNoise);
}
