namespace VideoGrain.Cli.Capacity;

/// <summary>A clip on its way through the simulation; times in seconds from its beginning.</summary>
/// <param name="arrival">When it came.</param>
/// <param name="inversion">GPU-seconds of its inversion; 0 when cached.</param>
/// <param name="denoising">GPU-seconds of its denoising.</param>
internal sealed class Clip(double arrival, double inversion, double denoising)
{
    /// <summary>When it came.</summary>
    public double Arrival => arrival;

    /// <summary>The stage that it is in or waits for; null before a worker has taken it.</summary>
    public GpuStage? Stage { get; set; }

    /// <summary>When it began to wait for the stage.</summary>
    public double WaitsSince { get; set; }

    /// <summary>When the stage will be done with it; null while it waits.</summary>
    public double? EndsAt { get; set; }

    /// <summary>GPU-seconds that it needs in a stage.</summary>
    public double Cost(GpuStage stage) => stage == GpuStage.Inversion ? inversion : denoising;
}
