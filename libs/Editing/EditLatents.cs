namespace VideoGrain.Editing;

/// <summary>The latents of an edit, and where to go on.</summary>
public sealed record EditLatents
{
    /// <summary>The fully inverted latents.</summary>
    public required LatentClip Inverted { get; init; }

    /// <summary>Scaled posterior mean of the clip; latent blending keeps it outside the regions.</summary>
    public required LatentClip Source { get; init; }

    /// <summary>Latents after k inversion steps, see <see cref="EditRequest.Trajectory"/>.</summary>
    public Func<int, LatentClip>? Trajectory { get; init; }

    /// <summary>Standard normal noise of a step for latent blending; null draws it from the seed.</summary>
    public Func<int, LatentClip>? BlendingNoise { get; init; }

    /// <summary>Where to go on, or null to start at the inverted latents.</summary>
    public LatentCheckpoint? Resume { get; init; }

    /// <summary>Decode the first frame every so many steps, 0 for never.</summary>
    public int PreviewInterval { get; init; }

    /// <summary>Record the phrases' attention every so many steps, 0 for never.</summary>
    public int HeatMapInterval { get; init; }
}
