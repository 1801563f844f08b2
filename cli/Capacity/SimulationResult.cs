namespace VideoGrain.Cli.Capacity;

/// <summary>What a simulation showed.</summary>
/// <param name="Waits">Of each clip, from its arrival to its end, the time that no GPU worked for it.</param>
/// <param name="Inversion">The GPUs of inversion.</param>
/// <param name="Denoising">The GPUs of denoising.</param>
/// <param name="HeldSecondsPerClip">GPU-seconds paid for, by clip.</param>
internal sealed record SimulationResult(Waits Waits, StageUse Inversion, StageUse Denoising, double HeldSecondsPerClip)
{
    /// <summary>The use of a stage.</summary>
    public StageUse Of(GpuStage stage) => stage == GpuStage.Inversion ? Inversion : Denoising;
}
