namespace VideoGrain.Cli.Capacity;

/// <summary>The fewest GPUs with which clips wait no longer than asked for.</summary>
/// <param name="InversionGpus">GPUs of inversion.</param>
/// <param name="DenoisingGpus">GPUs of denoising.</param>
/// <param name="Simulated">How they did.</param>
internal sealed record CapacityPlan(int InversionGpus, int DenoisingGpus, SimulationResult Simulated)
{
    /// <summary>Share of the clips that the longest wait holds for.</summary>
    public const double Share = 0.95;

    /// <summary>
    /// Begins with as many as can keep up at all, then adds where waits are longest. Large pools grow by a few at a time.
    /// </summary>
    /// <param name="load">What comes in.</param>
    /// <param name="longestWait">Seconds that <see cref="Share"/> of the clips may wait in all, above 0.</param>
    public static CapacityPlan Find(CapacityLoad load, double longestWait)
    {
        var (inversion, denoising) = (Fewest(load, GpuStage.Inversion), Fewest(load, GpuStage.Denoising));
        while (true)
        {
            var result = QueueSimulation.Run(load, PoolRule.Fixed(inversion), PoolRule.Fixed(denoising), int.MaxValue, load.SimulatedClips);
            if (result.Waits.Quantile(Share) <= longestWait)
                return new CapacityPlan(inversion, denoising, result);

            if (result.Inversion.Waits.Quantile(Share) > result.Denoising.Waits.Quantile(Share))
                inversion += Step(inversion);
            else
                denoising += Step(denoising);
        }
    }

    private static int Fewest(CapacityLoad load, GpuStage stage) => load.Erlangs(stage) is var erlangs and > 0 ? (int)Math.Floor(erlangs) + 1 : 0;

    private static int Step(int gpus) => Math.Max(1, gpus / 100);
}
