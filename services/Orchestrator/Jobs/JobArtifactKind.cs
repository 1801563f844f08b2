namespace VideoGrain.Orchestrator.Jobs;

/// <summary>What a job's artifact is for. The numbers are stored in the database and never change.</summary>
public enum JobArtifactKind
{
    /// <summary>The edited video.</summary>
    Video = 1,

    /// <summary>A frame of the edited video.</summary>
    Frame = 2,

    /// <summary>Source and result side by side.</summary>
    Strip = 3,

    /// <summary>A preview on the way.</summary>
    Preview = 4,

    /// <summary>A mask that was used.</summary>
    Mask = 5,

    /// <summary>Measurements.</summary>
    Report = 6,

    /// <summary>A phrase's attention over the frames.</summary>
    HeatMap = 7,

    /// <summary>Principal components of inversion features over the frames.</summary>
    Features = 8,

    /// <summary>Clusters of inversion attention over the frames.</summary>
    Clusters = 9,

    /// <summary>The source with its regions.</summary>
    MaskedInput = 10,

    /// <summary>Source and result side by side, moving.</summary>
    Comparison = 11,

    /// <summary>What the job works on and callers never see: source frames, given masks, latents.</summary>
    Working = 100,

    /// <summary>Latents to resume from; callers never see them.</summary>
    Checkpoint = 101,
}
