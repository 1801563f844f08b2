using VideoGrain.Tensors;

namespace VideoGrain.Editing;

/// <summary>A clip to invert.</summary>
public sealed record InversionRequest
{
    /// <summary>The clip; sides are multiples of the model's latent factor.</summary>
    public required RgbClip Clip { get; init; }

    /// <summary>Options; the source prompt, control and trajectory options and the step counts matter here.</summary>
    public EditOptions Options { get; init; } = new();

    /// <summary>Control map of the clip's size and frames; needed when <see cref="EditOptions.ControlType"/> names one.</summary>
    public RgbClip? Control { get; init; }

    /// <summary>Optical flow; needed when <see cref="EditOptions.FlattenDivisors"/> has entries.</summary>
    public FlowField? Flow { get; init; }

    /// <summary>
    /// Trajectories of the whole clip at a level (0 is the latent's own size), in place of <see cref="Flow"/>; for clips that fit one pass.
    /// </summary>
    public Func<int, KeySelection>? FlowTables { get; init; }

    /// <summary>Standard normal noise for the posterior sample; null draws it from the seed.</summary>
    public LatentClip? PosteriorNoise { get; init; }

    /// <summary>Where to go on, or null to start at the clip.</summary>
    public LatentCheckpoint? Resume { get; init; }

    /// <summary>Record attention for clustering. A run that records and resumes needs <see cref="Trajectory"/>.</summary>
    public bool RecordAttention { get; init; }

    /// <summary>Steps whose attention is recorded, spread evenly over the inversion; 0 for every step.</summary>
    public int AttentionSteps { get; init; }

    /// <summary>
    /// Latents after k steps, for k from 1 to below the steps done: a run that records and resumes computes the attention of the steps done
    /// again from them, and so gets the same record as an uninterrupted one.
    /// </summary>
    public Func<int, LatentClip>? Trajectory { get; init; }
}
