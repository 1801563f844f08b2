namespace VideoGrain.Editing;

/// <summary>Where a run left off.</summary>
/// <param name="StepsDone">Steps completed.</param>
/// <param name="Latents">Latents after them.</param>
public sealed record LatentCheckpoint(int StepsDone, LatentClip Latents);
