namespace VideoGrain.Editing;

/// <summary>A finished step of a run.</summary>
/// <param name="Index">Index of the step among the steps of the run, from 0.</param>
/// <param name="Count">Steps of the run.</param>
/// <param name="Timestep">Diffusion timestep of the step.</param>
/// <param name="Latents">Latents after the step; the callee may keep them.</param>
/// <param name="Elapsed">Time the step took.</param>
/// <param name="Preview">First frame as it would look now, when a preview was due.</param>
/// <param name="HeatMaps">Attention of the phrases during the step, when it was due.</param>
public sealed record StepProgress(
    int Index, int Count, int Timestep, LatentClip Latents, TimeSpan Elapsed, RgbClip? Preview = null, PhraseMaps? HeatMaps = null)
{
    /// <summary>The checkpoint from which a run goes on after this step.</summary>
    public LatentCheckpoint Checkpoint => new(Index + 1, Latents);
}
