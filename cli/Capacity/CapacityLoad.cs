namespace VideoGrain.Cli.Capacity;

/// <summary>What comes in, and what one clip costs.</summary>
/// <param name="ClipsPerHour">Clips an hour in the mean, above 0.</param>
/// <param name="InversionSeconds">GPU-seconds of inversion a clip.</param>
/// <param name="DenoisingSeconds">GPU-seconds of denoising a clip, above 0.</param>
internal sealed record CapacityLoad(double ClipsPerHour, double InversionSeconds, double DenoisingSeconds)
{
    /// <summary>Share of the clips whose inversion is in the cache, 0 to 1.</summary>
    public double CachedShare { get; init; }

    /// <summary>Standard deviation of a clip's cost over its mean: 0 for clips that are all alike, 1 for exponential times.</summary>
    public double Variation { get; init; }

    /// <summary>Clips that come at once, 1 or more; such batches come at random times.</summary>
    public int Batch { get; init; } = 1;

    /// <summary>Clips that a simulation takes to settle: a day of them, but no fewer than 20,000 and no more than 300,000.</summary>
    public int SimulatedClips => (int)Math.Clamp(ClipsPerHour * 24, 20_000, 300_000);

    /// <summary>Mean GPU-seconds that arrive at a stage a second: the GPUs that would be busy if none ever waited.</summary>
    public double Erlangs(GpuStage stage) => ClipsPerHour / 3600 * (stage == GpuStage.Inversion ? InversionSeconds * (1 - CachedShare) : DenoisingSeconds);
}
