namespace VideoGrain.Editing;

/// <summary>What an inversion leaves.</summary>
/// <param name="Source">Scaled posterior mean of the clip, which latent blending keeps outside the regions.</param>
/// <param name="Start">Scaled posterior sample, where the inversion started.</param>
/// <param name="Inverted">The fully inverted latents.</param>
/// <param name="Attention">Recorded attention, when it was asked for.</param>
public sealed record InversionResult(LatentClip Source, LatentClip Start, LatentClip Inverted, AttentionRecord? Attention);
