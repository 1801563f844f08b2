namespace VideoGrain.Editing;

/// <summary>Stable reason codes of <see cref="EditException"/>; clients may switch on them.</summary>
public static class EditReasons
{
    /// <summary>A number lies outside its documented range.</summary>
    public const string OptionOutOfRange = "OPTION_OUT_OF_RANGE";

    /// <summary>A region's phrase does not occur in the edit prompt.</summary>
    public const string RegionPromptNotFound = "REGION_PROMPT_NOT_FOUND";

    /// <summary>A prompt has more tokens than the text encoder takes.</summary>
    public const string TokensExceedLimit = "TOKENS_EXCEED_LIMIT";

    /// <summary>A mask's frames or size do not fit the clip.</summary>
    public const string MaskSizeMismatch = "MASK_SIZE_MISMATCH";

    /// <summary>A region covers no latent pixel in any frame.</summary>
    public const string RegionEmpty = "REGION_EMPTY";

    /// <summary>There are no regions, or more than a region set holds.</summary>
    public const string RegionLimitExceeded = "REGION_LIMIT_EXCEEDED";

    /// <summary>The clip has no frames or too many.</summary>
    public const string FrameLimitExceeded = "FRAME_LIMIT_EXCEEDED";

    /// <summary>Frame sizes the model cannot take.</summary>
    public const string FrameSizeInvalid = "FRAME_SIZE_INVALID";

    /// <summary>A control map's frames or size do not fit the clip, or the model has no ControlNet for it.</summary>
    public const string ControlMismatch = "CONTROL_MISMATCH";

    /// <summary>Optical flow of another size or frame count than the clip.</summary>
    public const string FlowMismatch = "FLOW_MISMATCH";

    /// <summary>Latents of another shape than the clip needs.</summary>
    public const string LatentMismatch = "LATENT_MISMATCH";

    /// <summary>The options need the inversion's trajectory (feature injection, skipped steps), and it was not given.</summary>
    public const string TrajectoryRequired = "INVERSION_TRAJECTORY_REQUIRED";

    /// <summary>A checkpoint does not belong to this run.</summary>
    public const string CheckpointCorrupt = "CHECKPOINT_CORRUPT";

    /// <summary>More clusters were asked for than there are points.</summary>
    public const string TooManyClusters = "TOO_MANY_CLUSTERS";

    /// <summary>A noun does not occur in the prompt.</summary>
    public const string NounNotFound = "NOUN_NOT_FOUND";

    /// <summary>Latents hold an infinite value or no number.</summary>
    public const string NonFiniteLatents = "NONFINITE_LATENTS";

    /// <summary>The edit would hand its input back unchanged.</summary>
    public const string NothingChanged = "EDIT_CHANGES_NOTHING";
}
