namespace VideoGrain.Cli.Capacity;

/// <summary>One line of the answer.</summary>
/// <param name="Pools">"fixed" or "autoscaled".</param>
/// <param name="InversionGpus">GPUs held by inversion in the mean.</param>
/// <param name="InversionUtilization">Share of their time that they work, 0 to 1.</param>
/// <param name="DenoisingGpus">GPUs held by denoising in the mean.</param>
/// <param name="DenoisingUtilization">Share of their time that they work, 0 to 1.</param>
/// <param name="MeanWaitSeconds">Mean time of a clip without a GPU.</param>
/// <param name="WaitSeconds95">The time that 95 % of the clips stay below.</param>
/// <param name="GpuSecondsPerClip">GPU-seconds held, by clip.</param>
/// <param name="CostPerClip">The same at the given price.</param>
internal sealed record CapacityReport(
    string Pools,
    double InversionGpus,
    double InversionUtilization,
    double DenoisingGpus,
    double DenoisingUtilization,
    double MeanWaitSeconds,
    double WaitSeconds95,
    double GpuSecondsPerClip,
    double CostPerClip)
{
    private const double SecondsPerHour = 3600;

    /// <summary>The line of a simulation.</summary>
    public static CapacityReport Of(string pools, SimulationResult result, double pricePerHour) => new(
        pools, result.Inversion.Gpus, result.Inversion.Utilization, result.Denoising.Gpus, result.Denoising.Utilization,
        result.Waits.Mean, result.Waits.Quantile(CapacityPlan.Share), result.HeldSecondsPerClip, result.HeldSecondsPerClip / SecondsPerHour * pricePerHour);
}
