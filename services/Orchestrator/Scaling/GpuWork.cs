using VideoGrain.Orchestrator.Jobs;

namespace VideoGrain.Orchestrator.Scaling;

/// <summary>Arithmetic of one job in the stages that need a GPU, in floating-point operations (two per multiply-add).</summary>
/// <param name="Inverting">Encoding the frames and inverting their latents.</param>
/// <param name="Denoising">Denoising and decoding.</param>
internal readonly record struct GpuWork(double Inverting, double Denoising)
{
    /// <summary>The work of one stage; 0 for a stage without a GPU.</summary>
    public double Of(JobState stage) => stage switch
    {
        JobState.Inverting => Inverting,
        JobState.Denoising => Denoising,
        _ => 0,
    };
}
