using VideoGrain.Tensors;

namespace VideoGrain.Editing;

/// <summary>An edit of an inverted clip.</summary>
public sealed record EditRequest
{
    /// <summary>The whole edit prompt.</summary>
    public required string Prompt { get; init; }

    /// <summary>The regions, 1..64, each with its phrase; a later one owns words and lies on top where both claim them.</summary>
    public required IReadOnlyList<RegionPrompt> Regions { get; init; }

    /// <summary>Options.</summary>
    public EditOptions Options { get; init; } = new();

    /// <summary>The fully inverted latents.</summary>
    public required LatentClip Inverted { get; init; }

    /// <summary>Scaled posterior mean of the clip; latent blending keeps it outside the regions.</summary>
    public required LatentClip Source { get; init; }

    /// <summary>
    /// Latents after k inversion steps (0 is the posterior sample). Asked only for what <see cref="EditTimeline.NeededInversionLatents"/> lists; may
    /// be null when that is empty.
    /// </summary>
    public Func<int, LatentClip>? Trajectory { get; init; }

    /// <summary>Control map of the clip's size and frames; needed when <see cref="EditOptions.ControlType"/> names one.</summary>
    public RgbClip? Control { get; init; }

    /// <summary>Optical flow; needed when <see cref="EditOptions.FlattenDivisors"/> has entries.</summary>
    public FlowField? Flow { get; init; }

    /// <summary>
    /// Trajectories of the whole clip at a level (0 is the latent's own size), in place of <see cref="Flow"/>; for clips that fit one pass.
    /// </summary>
    public Func<int, KeySelection>? FlowTables { get; init; }

    /// <summary>
    /// Where the edit shows, for latent blending: any size, one frame per frame of the clip; elsewhere the source is kept. Null takes the
    /// union of the regions.
    /// </summary>
    public LayoutMask? BlendMask { get; init; }

    /// <summary>Standard normal noise of a step for latent blending; null draws it from the seed.</summary>
    public Func<int, LatentClip>? BlendingNoise { get; init; }

    /// <summary>Where to go on, or null to start at the inverted latents.</summary>
    public LatentCheckpoint? Resume { get; init; }

    /// <summary>Decode the first frame every so many steps, 0 for never.</summary>
    public int PreviewInterval { get; init; }

    /// <summary>Record the phrases' attention every so many steps, 0 for never.</summary>
    public int HeatMapInterval { get; init; }

    /// <summary>The part that needs no latents.</summary>
    internal EditSetup Setup => new()
    {
        Prompt = Prompt,
        Regions = Regions,
        Options = Options,
        Frames = Inverted.Frames,
        Height = Inverted.Height,
        Width = Inverted.Width,
        Control = Control,
        Flow = Flow,
        FlowTables = FlowTables,
        BlendMask = BlendMask,
    };

    /// <summary>The latents.</summary>
    internal EditLatents Latents => new()
    {
        Inverted = Inverted,
        Source = Source,
        Trajectory = Trajectory,
        BlendingNoise = BlendingNoise,
        Resume = Resume,
        PreviewInterval = PreviewInterval,
        HeatMapInterval = HeatMapInterval,
    };
}
