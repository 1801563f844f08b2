namespace VideoGrain.Diffusion.Schedulers;

/// <summary>Equally spaced timesteps that start at the low-noise end ("leading" spacing).</summary>
internal static class LeadingTimesteps
{
    /// <summary>Distance between neighbouring timesteps.</summary>
    public static int Stride(SchedulerConfig config, int steps)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(steps, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(steps, config.TrainTimesteps);
        var stride = config.TrainTimesteps / steps;
        var last = (steps - 1) * stride + config.StepsOffset;
        if (last >= config.TrainTimesteps)
        {
            throw new ArgumentOutOfRangeException(
                nameof(steps), steps, $"would reach timestep {last}, beyond the {config.TrainTimesteps} of training");
        }

        return stride;
    }

    /// <summary>The timesteps, low noise first.</summary>
    public static IEnumerable<int> Ascending(SchedulerConfig config, int steps)
    {
        var stride = Stride(config, steps);
        return Enumerable.Range(0, steps).Select(i => i * stride + config.StepsOffset);
    }
}
